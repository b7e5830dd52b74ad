//! Which coroutines of other threads wait for a core's own.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};

use super::id::Id;
use super::lock::Lock;

/// Who awaits, on other threads, the handle of which coroutine. For introspection: what happens on the owner thread stands
/// in the table.
///
/// A handle has been with one thread last. If that is another than the owner, what is here counts, and not what the table
/// says: `None` where nobody waits any more.
#[derive(Debug, Default)]
pub(super) struct ForeignJoins {
    /// There was one, ever. Nearly always there is none, and the owner need not take the lock.
    used: AtomicBool,
    joiners: Lock<HashMap<Id, Option<Id>>>,
}

impl ForeignJoins {
    /// Notes, on another thread, who waits for `id` from now on, if anybody does; unless it has ended.
    pub(super) fn set(&self, id: Id, joiner: Option<Id>, has_ended: impl FnOnce() -> bool) {
        // Whoever sees it too late leaves one entry behind for good, once.
        self.used.store(true, Ordering::Relaxed);
        let mut joiners = self.joiners.lock();
        // Asked under the lock: if it ends afterwards it is forgotten afterwards.
        if !has_ended() {
            joiners.insert(id, joiner);
        }
    }

    /// Notes, on the owner thread, that `id` has ended or that the table is right about it.
    #[inline]
    pub(super) fn forget(&self, id: Id) {
        if self.used.load(Ordering::Relaxed) {
            self.joiners.lock().remove(&id);
        }
    }

    /// Of each coroutine whose handle was last polled or dropped on another thread: who waits for it.
    pub(super) fn all(&self) -> HashMap<Id, Option<Id>> {
        self.joiners.lock().clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_ended_leaves_nothing_behind() {
        let joins = ForeignJoins::default();
        let (ours, theirs) = (Id::next(), Id::next());
        joins.forget(ours);
        joins.set(ours, Some(theirs), || false);
        assert_eq!(joins.all(), HashMap::from([(ours, Some(theirs))]));
        // A tombstone, as the table may name somebody.
        joins.set(ours, None, || false);
        assert_eq!(joins.all(), HashMap::from([(ours, None)]));
        joins.forget(ours);
        joins.set(ours, Some(theirs), || true);
        assert!(joins.all().is_empty());
    }
}
