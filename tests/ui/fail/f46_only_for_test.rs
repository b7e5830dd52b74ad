// F46: 2 errors
#[glib_coro::coroutine(timeout = "5s")]
async fn f() {}

#[glib_coro::main(timeout = "5s")]
async fn main() {
    f().await.unwrap();
}
