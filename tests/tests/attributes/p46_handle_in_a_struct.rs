// P46
#![deny(warnings)]
use glib_coro::{JoinError, JoinHandle};

struct Held {
    handle: JoinHandle<Result<u8, String>>,
}

#[glib_coro::coroutine]
async fn f() -> Result<u8, String> {
    Ok(1)
}

#[glib_coro::main]
pub(crate) async fn main() {
    let held = Held { handle: f() };
    let joined: Result<Result<u8, String>, JoinError> = held.handle.await;
    assert_eq!(joined.unwrap(), Ok(1));
}
