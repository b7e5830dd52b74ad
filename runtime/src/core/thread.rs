//! Which thread is this: an identity that never dies before the thread does.

use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering};

/// The identity of a thread. Never reused, unlike the address of a thread-local.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ThreadToken(u64);

impl ThreadToken {
    /// The token of the calling thread.
    ///
    /// Works in destructors of thread-locals too: the cell has no destructor of its own, so wakers may
    /// call this as late as they like.
    #[inline]
    pub(crate) fn current() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        thread_local! {
            static TOKEN: Cell<u64> = const { Cell::new(0) };
        }
        TOKEN.with(|token| {
            if token.get() == 0 {
                token.set(NEXT.fetch_add(1, Ordering::Relaxed));
            }
            Self(token.get())
        })
    }
}
