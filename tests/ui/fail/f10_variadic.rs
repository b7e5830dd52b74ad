// F10: 1 error
#[glib_coro::coroutine]
async fn print(format: u8, _: ...) {
    let _ = format;
}

fn main() {
    print(1).abort();
}
