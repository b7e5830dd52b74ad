//! Who waits: a waker, and whose it is.

use std::task::Waker;

use super::current;
use super::id::Id;

/// A waker that a timer or a descriptor keeps, and the coroutine in whose poll it was left there.
///
/// Introspection goes by the coroutine and not by the waker, which may be one of a combinator's own: a
/// `FuturesUnordered`, and so a [`scope`](crate::task::scope()), polls its futures with those.
#[derive(Debug)]
pub(crate) struct Waiting {
    pub(super) waker: Waker,
    /// `None`: no coroutine of ours was being polled.
    pub(super) id: Option<Id>,
}

impl Waiting {
    /// The coroutine that is being polled now waits with this waker.
    #[inline]
    pub(crate) fn new(waker: Waker) -> Self {
        Self {
            waker,
            id: current::id(),
        }
    }
}
