// F09: 2 errors
#[glib_coro::coroutine]
async extern "C" fn callback(x: u8) -> u8 {
    x
}

#[glib_coro::coroutine(detach)]
async extern fn detached() {}

fn main() {
    callback(1).abort();
    detached();
}
