// F46: 4 errors
#[glib_coro::coroutine(timeout = "5s", start_paused = true)]
async fn f() {}

#[glib_coro::main(timeout = "5s", start_paused = true)]
async fn main() {
    f().await.unwrap();
}
