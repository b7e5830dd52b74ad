//! Coroutines: spawning them, waiting for them, ending them.

mod abort_handle;
mod builder;
mod cancellation_token;
mod idle;
mod join_error;
mod join_handle;
mod join_set;
pub(crate) mod overlap;
mod scope;
mod task_local;
mod yield_now;

pub use self::abort_handle::AbortHandle;
pub(crate) use self::builder::error_of;
pub use self::builder::{Builder, spawn, spawn_reporting};
pub use self::cancellation_token::{CancellationToken, Cancelled, DropGuard};
pub use self::idle::{Idle, idle};
pub use self::join_error::JoinError;
pub use self::join_handle::{AbortOnDrop, JoinHandle};
pub use self::join_set::JoinSet;
pub use self::scope::{Scope, scope};
pub use self::task_local::{AccessError, LocalKey, Scoped};
pub use self::yield_now::{YieldNow, yield_now};
pub use crate::core::id::Id;
pub use crate::core::priority::Priority;

use crate::core::current;

/// The number of the coroutine that is being polled.
///
/// # Panics
///
/// Outside a coroutine; see [`try_id`].
#[track_caller]
pub fn id() -> Id {
    match try_id() {
        Some(id) => id,
        None => panic!("no coroutine is being polled here; `task::try_id` tells without a panic"),
    }
}

/// The number of the coroutine that is being polled, if there is one.
///
/// ```
/// assert_eq!(glib_coro::task::try_id(), None);
/// glib_coro::block_on(async { assert!(glib_coro::task::try_id().is_some()) });
/// ```
pub fn try_id() -> Option<Id> {
    current::id()
}
