// F82: 2 errors
#[glib_coro::coroutine(detach, returns = true)]
async fn f() {}

#[glib_coro::coroutine(returns = true, detach)]
async fn g() {}

fn main() {
    f();
    let _: bool = g();
}
