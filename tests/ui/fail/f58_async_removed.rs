// F58: 2 errors
#[tokio::main(flavor = "current_thread")]
#[glib_coro::coroutine]
async fn f() {}

#[tokio::main(flavor = "current_thread")]
#[glib_coro::main]
async fn main() {
    f();
}
