// F25: 1 error
#[glib_coro::coroutine]
async fn f(x: impl Fn(u32) -> u32, n: u32) -> u32 {
    x(n)
}

fn main() {
    f(|n| n, 1).abort();
}
