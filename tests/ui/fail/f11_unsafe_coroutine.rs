// F11: 1 error
#[glib_coro::coroutine]
async unsafe fn f(x: u8) -> u8 {
    x
}

fn main() {
    f(1).abort();
}
