//! Questions to introspection.

use glib_coro::task::{self, Id, Info, State, WaitingOn};
use glib_coro::yield_now;

/// What introspection tells of a coroutine.
///
/// # Panics
///
/// If it has ended.
#[track_caller]
pub fn info_of(id: Id) -> Info {
    let all = task::all();
    let mut found = all.into_iter().filter(|info| info.id() == id);
    let info = found.next().expect("it is alive");
    assert!(found.next().is_none(), "it is listed once");
    info
}

/// What introspection says that a coroutine waits for.
///
/// # Panics
///
/// If it does not wait.
#[track_caller]
pub fn waits_of(id: Id) -> Vec<WaitingOn> {
    let info = info_of(id);
    assert_eq!(info.state(), State::Waiting);
    info.waiting_on().to_vec()
}

/// Lets everything that is ready run.
pub async fn settle() {
    for _ in 0..3 {
        yield_now().await;
    }
}
