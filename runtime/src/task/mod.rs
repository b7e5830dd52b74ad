//! Coroutines: how to spawn them, wait for them, end them, and inspect them.
//!
//! # Debugging
//!
//! **Nothing happens any more: who waits for what?** [`all`](all()) lists every coroutine: its name, where it was spawned, and
//! what will wake it: a timer, a descriptor, or the end of another coroutine. [`dump`](dump()) gives the same as JSON. Both cost nothing
//! until they are called. Coroutines are easier to tell apart with names: use [`Builder::name`] or `#[glib_coro::coroutine]`.
//!
//! ```
//! use glib_coro::task::{self, Builder, WaitingOn};
//!
//! # glib_coro::block_on(async {
//! let download = Builder::new().name("download").spawn(std::future::pending::<()>());
//! let id = download.id();
//! let _show = Builder::new().name("show").spawn(download);
//! glib_coro::yield_now().await;
//!
//! for info in task::all() {
//!     eprintln!("{:?} {:?} {:?}", info.name(), info.state(), info.waiting_on());
//! }
//! let show = task::all().pop().unwrap();
//! assert_eq!(show.waiting_on(), [WaitingOn::Join { id }]);
//! # });
//! ```
//!
//! **The program stutters: who blocks the loop?** Start it with `GLIB_CORO_DEBUG=1`, or build the runtime with
//! [`insight`](crate::runtime::Builder::insight). Polls are measured then, and each that takes 100 ms or more
//! ([`slow_poll`](crate::runtime::Builder::slow_poll)) is logged with the coroutine's name, the place of its spawn and the duration.
//! [`Runtime::metrics`](crate::Runtime::metrics) has the longest poll and a histogram, and each [`Info`] how often its coroutine
//! was polled and for how long. What takes long belongs in [`unblock`](crate::unblock()), or needs a
//! [`yield_now`] or [`idle`] in between.
//!
//! **The program hangs: where?** With `GLIB_CORO_DEBUG=1` and the feature `signal`, `kill -USR2 PID` prints the dump of every
//! runtime of the process on standard error, one line of JSON for each, to be read with `jq` for example. It works even if the loop is
//! stuck: a coroutine that does not return from its poll is the one that is `"running"`, and `last_poll_seconds_ago` tells since when.
//! Other handlers of the signal are called too. A handler that replaces ours without calling it, as GLib's does, ends the dumps. A
//! watchdog thread inside the program gets the same from [`Handle::dump`](crate::Handle::dump).
//!
//! **Logs are mixed up: whose line is this?** With the feature `tracing`, each coroutine has a span with the target `glib_coro::task`, the
//! name `coroutine`, and the fields `id`, `name` and `location`. The span is entered around each poll and around the drop of the
//! future. It has no parent; it follows from the span in which the coroutine was spawned.

mod abort_handle;
mod builder;
mod cancellation_token;
pub(crate) mod dump;
mod idle;
mod join_error;
mod join_handle;
mod join_set;
mod json;
pub(crate) mod overlap;
mod scope;
mod task_local;
mod yield_now;

pub use self::abort_handle::AbortHandle;
pub use self::builder::{Builder, spawn, spawn_reporting};
pub(crate) use self::builder::{error_of, unified};
pub use self::cancellation_token::{CancellationToken, Cancelled, DropGuard};
pub use self::dump::{all, dump};
pub use self::idle::{Idle, idle};
pub use self::join_error::JoinError;
pub use self::join_handle::{AbortOnDrop, JoinHandle};
pub use self::join_set::JoinSet;
pub use self::scope::{Scope, scope};
#[doc(hidden)]
pub use self::task_local::LocalSlot;
pub use self::task_local::{AccessError, LocalKey, Scoped};
pub use self::yield_now::{YieldNow, yield_now};
pub use crate::core::id::Id;
pub use crate::core::info::{Info, State, WaitingOn};
pub use crate::core::priority::Priority;
pub use crate::core::source::Direction;

use crate::core::current;

/// The number of the coroutine that is being polled.
///
/// ```
/// use glib_coro::{spawn, task};
///
/// # glib_coro::block_on(async {
/// let logger = spawn(async { format!("[{}] started", task::id()) });
/// let id = logger.id();
/// assert_eq!(logger.await.unwrap(), format!("[{id}] started"));
/// # });
/// ```
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
