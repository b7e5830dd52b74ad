// P01
#[glib_coro::main]
async fn main() {
    glib_coro::yield_now().await;
}
