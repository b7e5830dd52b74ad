// P03
use glib_coro::glib;

#[glib_coro::main]
pub(crate) async fn main() -> glib::ExitCode {
    glib_coro::yield_now().await;
    glib::ExitCode::SUCCESS
}
