// P04
use std::process::ExitCode;

#[glib_coro::main]
pub(crate) async fn main() -> ExitCode {
    glib_coro::yield_now().await;
    ExitCode::SUCCESS
}
