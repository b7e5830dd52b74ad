//! Which coroutines of a core are in the middle of a poll.

use std::sync::atomic::{AtomicU64, Ordering};

use super::id::Id;
use super::lock::Lock;

/// The polls in progress: more than one where a coroutine runs a nested loop. Written by the owner thread,
/// read by any.
#[derive(Debug, Default)]
pub(super) struct Polling {
    /// The number of the coroutine that was polled last; 0 between polls.
    innermost: AtomicU64,
    /// Those further down on the stack, the outermost first.
    outer: Lock<Vec<u64>>,
}

impl Polling {
    /// A poll begins, and there is none in progress or it was put [aside](Self::set_aside).
    #[inline]
    pub(super) fn begin(&self, id: Id) {
        self.innermost.store(id.number(), Ordering::Relaxed);
    }

    #[inline]
    pub(super) fn end(&self) {
        self.innermost.store(0, Ordering::Relaxed);
    }

    /// Makes room for a poll inside the one in progress, if there is one. Returns what to give to
    /// [`put_back`](Self::put_back).
    pub(super) fn set_aside(&self) -> u64 {
        let outer = self.innermost.load(Ordering::Relaxed);
        if outer != 0 {
            self.outer.lock().push(outer);
        }
        outer
    }

    pub(super) fn put_back(&self, outer: u64) {
        if outer != 0 {
            self.innermost.store(outer, Ordering::Relaxed);
            self.outer.lock().pop();
        }
    }

    /// How many there are.
    pub(super) fn depth(&self) -> usize {
        match self.innermost.load(Ordering::Relaxed) {
            0 => 0,
            _ => 1 + self.outer.lock().len(),
        }
    }

    /// Whose they are; 0 is nobody's.
    pub(super) fn numbers(&self) -> Vec<u64> {
        let mut numbers = self.outer.lock().clone();
        numbers.push(self.innermost.load(Ordering::Relaxed));
        numbers
    }
}
