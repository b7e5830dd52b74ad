//! The number of a coroutine.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

/// Identifies a coroutine among all that the process ever spawned.
///
/// ```
/// # glib_coro::block_on(async {
/// let handle = glib_coro::spawn(async { glib_coro::task::id() });
/// let id = handle.id();
/// assert_eq!(handle.await.unwrap(), id);
/// # });
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id(u64);

impl Id {
    pub(crate) fn next() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        Self(NEXT.fetch_add(1, Ordering::Relaxed))
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
