//! The run queues of this thread's cores.
//!
//! Only the owner thread touches a core's run queue, so it lies in that thread's own storage, where it
//! needs no lock: a lock for each push and pop was a quarter of the instructions of a yield. Other threads go
//! through the remote queue, and so does everybody once the storage of a thread that ends is gone.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::{Arc, Weak};

use super::run_queue::RunQueue;
use super::turn::wake_idlers;
use super::{Core, current};

/// A run queue. Borrowed for one push or pop at a time, and no user code runs meanwhile.
pub(super) type LocalQueue = Rc<RefCell<RunQueue>>;

/// The cores that this thread built, with their queues.
#[derive(Default)]
struct Queues(Vec<(Weak<Core>, LocalQueue)>);

thread_local! {
    static QUEUES: RefCell<Queues> = RefCell::default();
}

impl Drop for Queues {
    /// The thread ends. Whoever closes a core later on finds what is ready in its remote queue.
    fn drop(&mut self) {
        for (core, queue) in self.0.drain(..) {
            if let Some(core) = core.upgrade() {
                abandon(&core, &queue);
            }
        }
    }
}

/// Moves what is ready to the remote queue, when nobody will look into this one any more.
#[cold]
pub(super) fn abandon(core: &Core, queue: &LocalQueue) {
    wake_idlers(queue);
    loop {
        let runnable = queue.borrow_mut().pop_any();
        let Some(runnable) = runnable else { break };
        if core.remote.push(runnable) {
            core.reactor.notify();
        }
    }
}

/// Makes the queue of a core that this thread owns.
pub(super) fn create(core: &Arc<Core>) {
    let queue = RunQueue::new(core.insight.clone());
    let entry = (Arc::downgrade(core), Rc::new(RefCell::new(queue)));
    // A thread that is ending has no storage left; the remote queue serves it.
    let _ = QUEUES.try_with(|queues| {
        let entries = &mut queues.borrow_mut().0;
        entries.retain(|(core, _)| core.strong_count() > 0);
        entries.push(entry);
    });
}

/// Does something with a core's queue. `None` on any thread but the owner, and on the owner when its
/// storage is gone and the core is not [entered](current::enter).
#[inline]
pub(super) fn with<R>(core: &Core, act: impl FnOnce(&LocalQueue) -> R) -> Option<R> {
    let mut act = Some(act);
    let found = QUEUES.try_with(|queues| {
        let queues = queues.borrow();
        let mut entries = queues.0.iter();
        let (_, queue) = entries.find(|(owned, _)| std::ptr::eq(owned.as_ptr(), core))?;
        Some((act.take()?)(queue))
    });
    match found {
        Ok(result) => result,
        Err(_) => current::queue_of(core).and_then(|queue| Some((act?)(&queue))),
    }
}

/// A core's queue, on its owner thread. When the thread's storage is gone it is one that lasts as long as
/// the core is entered.
pub(super) fn queue_of(core: &Core) -> LocalQueue {
    with(core, LocalQueue::clone).unwrap_or_default()
}
