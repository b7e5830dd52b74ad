//! Which coroutines of other threads wait for a core's own.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};

use super::id::Id;
use super::lock::Lock;

/// Who awaits, on other threads, the handle of which coroutine. For introspection: what happens on the owner thread stands
/// in the table.
#[derive(Debug, Default)]
pub(super) struct ForeignJoins {
    /// There was one, ever. Nearly always there is none, and the owner need not take the lock.
    used: AtomicBool,
    joiners: Lock<HashMap<Id, Id>>,
}

impl ForeignJoins {
    /// Notes who waits for `id` from now on, if anybody does.
    pub(super) fn set(&self, id: Id, joiner: Option<Id>) {
        if joiner.is_none() && !self.used.load(Ordering::Relaxed) {
            return;
        }
        self.used.store(true, Ordering::Relaxed);
        let mut joiners = self.joiners.lock();
        match joiner {
            Some(joiner) => joiners.insert(id, joiner),
            None => joiners.remove(&id),
        };
    }

    /// Calls `look` with each coroutine that is awaited and the one that waits.
    pub(super) fn for_each(&self, mut look: impl FnMut(Id, Id)) {
        for (id, joiner) in &*self.joiners.lock() {
            look(*id, *joiner);
        }
    }
}
