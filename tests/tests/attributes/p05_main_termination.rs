// P05
use std::process::Termination;

#[glib_coro::main]
pub(crate) async fn main() -> impl Termination {
    Ok::<(), String>(())
}
