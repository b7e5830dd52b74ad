// P02
use std::num::ParseIntError;

#[glib_coro::main]
pub(crate) async fn main() -> Result<(), ParseIntError> {
    let _: u8 = "1".parse()?;
    glib_coro::yield_now().await;
    Ok(())
}
