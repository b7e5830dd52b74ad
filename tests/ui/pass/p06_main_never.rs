// P06
#[glib_coro::main]
async fn main() -> ! {
    glib_coro::yield_now().await;
    std::process::exit(0)
}
