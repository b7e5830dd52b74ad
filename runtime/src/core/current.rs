//! What this thread is in the middle of: which core's turn, and which coroutine's poll.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll};

use super::Core;
use super::id::Id;
use super::local::{self, LocalQueue};
use super::task::Runnable;

thread_local! {
    /// Entered cores with their run queues, the innermost last. Pushed and popped by [`Entered`] alone.
    static CORES: RefCell<Vec<(Arc<Core>, LocalQueue)>> = const { RefCell::new(Vec::new()) };
    /// How many reasons there are to poll [with care](needs_care). Written by [`Care`] alone.
    static CARES: Cell<usize> = const { Cell::new(0) };
    /// The poll in progress. Set by [`begin`], put back by [`end`]: polls nest.
    static RUNNING: Running = const { Running::new(None) };
}

/// A poll. One cell per field: a processor stalls when it reads at once what was written piece by piece.
#[derive(Debug)]
pub(super) struct Running {
    /// `None`: no coroutine is being polled, or the one that was has ended.
    id: Cell<Option<Id>>,
    /// How many more ready operations this poll may perform.
    allowance: Cell<u8>,
}

/// Leaf operations that one poll may complete before it has to let others run, as in tokio.
const ALLOWANCE: u8 = 128;

impl Running {
    const fn new(id: Option<Id>) -> Self {
        Self {
            id: Cell::new(id),
            allowance: Cell::new(ALLOWANCE),
        }
    }

    #[inline]
    fn replace(&self, other: &Self) -> Self {
        Self {
            id: Cell::new(self.id.replace(other.id.get())),
            allowance: Cell::new(self.allowance.replace(other.allowance.get())),
        }
    }
}

/// Starts a poll; returns what to give to [`end`].
#[inline]
pub(super) fn begin(id: Id) -> Running {
    RUNNING.with(|running| running.replace(&Running::new(Some(id))))
}

/// Ends a poll and puts the outer one back. `true`: the coroutine has ended.
#[inline]
pub(super) fn end(outer: &Running) -> bool {
    RUNNING
        .with(|running| running.replace(outer))
        .id
        .get()
        .is_none()
}

/// Notes that the coroutine being polled has ended.
pub(super) fn finish() {
    RUNNING.with(|running| running.id.set(None));
}

/// The coroutine being polled on this thread.
pub(crate) fn id() -> Option<Id> {
    RUNNING.with(|running| running.id.get())
}

/// Lets a leaf operation complete, but for one in so many in the same poll: that one wakes the coroutine and
/// waits, so that the others run first. So a coroutine whose input never runs dry still yields.
///
/// Outside a coroutine of ours it is always ready: another executor has its own ways. Its futures may
/// come by all the same, under a nested loop inside one of our polls; they wait once in a while, too.
#[inline]
pub(crate) fn poll_proceed(cx: &mut Context<'_>) -> Poll<()> {
    RUNNING.with(|running| {
        if running.id.get().is_none() {
            return Poll::Ready(());
        }
        let left = running.allowance.get().checked_sub(1);
        running.allowance.set(left.unwrap_or(ALLOWANCE));
        if left.is_none() {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(())
    })
}

/// The innermost entered core.
pub(crate) fn core() -> Option<Arc<Core>> {
    // The list is gone only while the thread ends; nothing is entered then.
    CORES
        .try_with(|cores| Some(cores.borrow().last()?.0.clone()))
        .ok()
        .flatten()
}

/// The queue of an entered core.
#[cold]
pub(super) fn queue_of(core: &Core) -> Option<LocalQueue> {
    let queue = CORES.try_with(|cores| {
        let cores = cores.borrow();
        let mut entries = cores.iter().rev();
        let (_, queue) = entries.find(|(entered, _)| std::ptr::eq(&**entered, core))?;
        Some(queue.clone())
    });
    queue.ok().flatten()
}

/// Queues a coroutine that belongs to the innermost entered core; gives back any other.
#[inline]
pub(super) fn push(runnable: Runnable) -> Result<(), Runnable> {
    let mut runnable = Some(runnable);
    let must_tell = CORES.try_with(|cores| {
        let cores = cores.borrow();
        let (innermost, queue) = cores.last()?;
        let woken = runnable.take_if(|woken| Arc::ptr_eq(&woken.metadata().core, innermost))?;
        let must_tell = queue.borrow_mut().push(woken.metadata().priority, woken);
        must_tell.then(|| innermost.clone())
    });
    // Outside the borrow: the host's waker is somebody else's code.
    if let Ok(Some(core)) = must_tell {
        core.tell_host();
    }
    runnable.map_or(Ok(()), Err)
}

/// Whether a poll on this thread is not just a poll: the core of the turn may not be the innermost, as a coroutine may keep
/// another one entered across an await, by a guard of the program's; the poll may be inside another one; or it is measured.
///
/// All in one question, because it is asked at each poll.
#[inline]
pub(super) fn needs_care() -> bool {
    CARES.get() > 0
}

/// A reason to poll with care, for as long as it is there.
#[derive(Debug)]
pub(super) struct Care(());

impl Care {
    pub(super) fn new() -> Self {
        CARES.set(CARES.get() + 1);
        Self(())
    }
}

impl Drop for Care {
    fn drop(&mut self) {
        CARES.set(CARES.get() - 1);
    }
}

/// A core that the program entered and leaves when it likes, not in the order of the stack.
#[derive(Debug)]
pub(crate) struct Guard {
    _care: Care,
    _entered: Entered,
}

pub(crate) fn guard(core: &Arc<Core>) -> Guard {
    Guard {
        _care: Care::new(),
        _entered: enter(core),
    }
}

/// Keeps a core entered.
#[derive(Debug)]
pub(crate) struct Entered {
    core: Arc<Core>,
    queue: LocalQueue,
}

impl Entered {
    /// The core's run queue.
    pub(super) fn queue(&self) -> &LocalQueue {
        &self.queue
    }
}

/// Enters a core on its owner thread.
pub(crate) fn enter(core: &Arc<Core>) -> Entered {
    let queue = local::queue_of(core);
    let _ = CORES.try_with(|cores| cores.borrow_mut().push((core.clone(), queue.clone())));
    Entered {
        core: core.clone(),
        queue,
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        // Guards may be dropped out of order: each takes away an entry of its own core.
        let entry = CORES.try_with(|cores| {
            let mut cores = cores.borrow_mut();
            let position = cores
                .iter()
                .rposition(|(core, _)| Arc::ptr_eq(core, &self.core))?;
            Some(cores.remove(position))
        });
        drop(entry);
        if Rc::strong_count(&self.queue) == 1 {
            // The thread is ending: its storage, which keeps the queue otherwise, is gone.
            local::abandon(&self.core, &self.queue);
        }
    }
}
