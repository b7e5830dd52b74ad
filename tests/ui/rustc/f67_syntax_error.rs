// F67: 1 error
#[glib_coro::coroutine]
async fn f(x: &str) -> usize {
    let _ = x.;
    x.len()
}

#[glib_coro::main]
async fn main() {
    let _: Result<usize, _> = f("x").await;
}
