// F23: 1 error
#[glib_coro::coroutine]
async fn f(x: u8) -> u8 {
    self.y + x
}

fn main() {
    f(1).abort();
}
