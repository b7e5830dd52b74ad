//! The number of a coroutine.

use std::cell::Cell;
use std::fmt;
use std::num::NonZeroU64;
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
pub struct Id(NonZeroU64);

/// How many numbers a thread takes at a time, less one, which marks the end.
const BLOCK: u64 = 64;

/// The first number of a fresh block.
#[cold]
fn block() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    NEXT.fetch_add(BLOCK, Ordering::Relaxed)
}

impl Id {
    /// Each thread takes a block of numbers at a time, as an atomic operation takes a twentieth of a spawn.
    #[inline]
    pub(crate) fn next() -> Self {
        thread_local! {
            /// The next one of this thread's block.
            static NEXT: Cell<u64> = const { Cell::new(0) };
        }
        let number = match NEXT.get() {
            // A block ends where the next one begins.
            next if next % BLOCK != 0 => next,
            _ => block(),
        };
        NEXT.set(number + 1);
        Self(NonZeroU64::new(number).expect("blocks begin with 1"))
    }

    /// As a number, which is not 0.
    pub(crate) fn number(self) -> u64 {
        self.0.get()
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
