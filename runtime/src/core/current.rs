//! What this thread is in the middle of: which core's turn, and which coroutine's poll.

use std::cell::{Cell, RefCell};
use std::mem::{ManuallyDrop, take};
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use super::Core;
use super::id::Id;
use super::local::{self, LocalRef};
use super::outcome::Description;
use super::table::Table;
use super::task::Runnable;

/// An entered core, and what belongs to this thread of it.
#[derive(Debug)]
struct Entry {
    core: Arc<Core>,
    local: LocalRef,
    /// Tells it from other entries of the core: greater than that of all before it.
    number: u64,
}

/// The innermost last.
type Cores = Vec<Entry>;

thread_local! {
    /// Pushed and popped by [`Entered`] alone.
    ///
    /// It has no destructor, so that it is there to the last moment of a thread, when runtimes end; and it takes less to look at.
    /// See [`release`].
    static CORES: RefCell<ManuallyDrop<Cores>> =
        const { RefCell::new(ManuallyDrop::new(Vec::new())) };
    /// How many reasons there are to poll [with care](needs_care). Written by [`Care`] alone.
    static CARES: Cell<usize> = const { Cell::new(0) };
    /// The poll in progress. Set by [`begin`], cleared by [`end`].
    static RUNNING: Running = const { Running::new() };
    /// The `block_on` whose future is being polled most recently, by its coroutine, and who called it. Written by [`Lent`] alone.
    static LENT: Cell<Option<(Id, Option<Id>)>> = const { Cell::new(None) };
    /// See [`refuse`]. It has no destructor, like the others.
    static REFUSED: Cell<ManuallyDrop<Option<Description>>> =
        const { Cell::new(ManuallyDrop::new(None)) };
}

/// A poll.
#[derive(Debug)]
pub(super) struct Running {
    /// `None`: no coroutine is being polled, or the one that was has ended.
    id: Cell<Option<Id>>,
    slot: Cell<u32>,
    /// It is there to drop its future.
    is_aborted: Cell<bool>,
    /// How many more ready operations this poll may perform.
    allowance: Cell<u8>,
}

/// Leaf operations that one poll may complete before it has to let others run, as in tokio.
const ALLOWANCE: u8 = 128;

impl Running {
    const fn new() -> Self {
        Self {
            id: Cell::new(None),
            slot: Cell::new(0),
            is_aborted: Cell::new(false),
            allowance: Cell::new(ALLOWANCE),
        }
    }

    /// Copies all of it.
    fn set(&self, other: &Self) {
        self.id.set(other.id.get());
        self.slot.set(other.slot.get());
        self.is_aborted.set(other.is_aborted.get());
        self.allowance.set(other.allowance.get());
    }
}

/// Starts a poll. If there is one in progress it must have been put [aside](set_aside).
#[inline]
pub(super) fn begin(id: Id, slot: u32, is_aborted: bool) {
    RUNNING.with(|running| {
        running.id.set(Some(id));
        running.slot.set(slot);
        running.is_aborted.set(is_aborted);
        running.allowance.set(ALLOWANCE);
    });
}

/// Ends a poll. `true`: the coroutine has ended.
#[inline]
pub(super) fn end() -> bool {
    RUNNING.with(|running| running.id.take()).is_none()
}

/// Notes that the coroutine being polled has ended.
pub(super) fn finish() {
    RUNNING.with(|running| running.id.set(None));
}

/// Makes room for a poll inside the one in progress. Returns what to give to [`put_back`].
pub(super) fn set_aside() -> Running {
    let outer = Running::new();
    RUNNING.with(|running| outer.set(running));
    outer
}

pub(super) fn put_back(outer: &Running) {
    RUNNING.with(|running| running.set(outer));
}

/// Whether the coroutine being polled is to drop its future instead.
#[inline]
pub(super) fn is_aborted() -> bool {
    RUNNING.with(|running| running.is_aborted.get())
}

/// Notes that the coroutine being polled waits for the first time.
pub(super) fn waits(waker: &Waker) {
    let is_aborted = in_table(|_, table, slot, id| table.waits(slot, id, waker));
    if is_aborted == Some(true) {
        waker.wake_by_ref();
    }
}

/// Who the coroutine being polled is.
pub(super) fn describe() -> Description {
    let known = in_table(|core, table, slot, id| {
        let (name, location) = table.name_and_location(slot, id)?;
        Some(Description {
            core: Some(core.clone()),
            id,
            name,
            location,
        })
    });
    known
        .or_else(|| refuse(None))
        .expect("it is in a table, or was refused")
}

/// Notes who is polled next, which is in no table because its runtime ended when it was about to be spawned. Returns what was noted
/// before.
pub(super) fn refuse(refused: Option<Description>) -> Option<Description> {
    ManuallyDrop::into_inner(REFUSED.replace(ManuallyDrop::new(refused)))
}

/// Finds the coroutine being polled in its table, which gives `Some`. Its core is entered, but not always the innermost: the program
/// may have entered another one meanwhile.
fn in_table<R>(act: impl Fn(&Arc<Core>, &mut Table, u32, Id) -> Option<R>) -> Option<R> {
    let (id, slot) = RUNNING.with(|running| (running.id.get(), running.slot.get()));
    let id = id?;
    CORES.with_borrow(|cores| {
        cores.iter().rev().find_map(|Entry { core, local, .. }| {
            core.with_table(&mut local.borrow_mut(), |table| act(core, table, slot, id))
        })
    })
}

/// The coroutine being polled on this thread.
pub(crate) fn id() -> Option<Id> {
    RUNNING.with(|running| running.id.get())
}

/// On whose behalf this thread is running: the coroutine being polled, or, for the future of a `block_on`, whoever called that. So it
/// is another one's while a nested loop polls another coroutine.
pub(crate) fn actor() -> Option<Id> {
    let id = id();
    match LENT.get() {
        Some((root, caller)) if id == Some(root) => caller,
        _ => id,
    }
}

/// The coroutine being polled acts for who called `block_on`, until this is dropped.
#[derive(Debug)]
pub(crate) struct Lent(Option<(Id, Option<Id>)>);

impl Lent {
    /// `caller`: what [`actor`] said at the call.
    pub(crate) fn by(caller: Option<Id>) -> Self {
        Self(LENT.replace(id().map(|root| (root, caller))))
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        LENT.set(self.0);
    }
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
    CORES.with_borrow(|cores| Some(cores.last()?.core.clone()))
}

/// Whether a core is the innermost entered one, or none is entered, so that another executor polls.
#[inline]
pub(crate) fn is_innermost_or_none(core: &Arc<Core>) -> bool {
    CORES.with_borrow(|cores| {
        let innermost = cores.last();
        innermost.is_none_or(|innermost| Arc::ptr_eq(&innermost.core, core))
    })
}

/// The innermost entered core, and what belongs to this thread of it.
#[inline]
pub(crate) fn innermost() -> Option<(Arc<Core>, LocalRef)> {
    CORES.with_borrow(|cores| {
        let Entry { core, local, .. } = cores.last()?;
        Some((core.clone(), local.clone()))
    })
}

/// Gives back the memory of the list of entered cores, which nothing else does. For when the thread ends.
pub(super) fn release() {
    CORES.with_borrow_mut(|cores| {
        if cores.is_empty() {
            drop(ManuallyDrop::into_inner(take(cores)));
        }
    });
}

/// What belongs to this thread of a core, if it is the innermost entered one.
#[inline]
pub(super) fn local_of_innermost(core: &Core) -> Option<LocalRef> {
    CORES.with_borrow(|cores| {
        let innermost = cores.last()?;
        std::ptr::eq(&*innermost.core, core).then(|| innermost.local.clone())
    })
}

/// What belongs to this thread of an entered core.
#[cold]
pub(super) fn local_of(core: &Core) -> Option<LocalRef> {
    CORES.with_borrow(|cores| {
        let mut entries = cores.iter().rev();
        let entry = entries.find(|entry| std::ptr::eq(&*entry.core, core))?;
        Some(entry.local.clone())
    })
}

/// Queues a coroutine that belongs to the innermost entered core; gives back any other.
#[inline]
pub(super) fn push(runnable: Runnable) -> Result<(), Runnable> {
    let Some(local) = local_of_innermost(&runnable.metadata().core) else {
        return Err(runnable);
    };
    let must_tell = local.borrow_mut().queue.push(runnable);
    if must_tell {
        tell_host_of_the_innermost();
    }
    Ok(())
}

#[cold]
fn tell_host_of_the_innermost() {
    if let Some(core) = core() {
        core.tell_host();
    }
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
    local: LocalRef,
    number: u64,
}

impl Entered {
    /// What belongs to this thread of the core.
    pub(super) fn local(&self) -> &LocalRef {
        &self.local
    }
}

/// Enters a core on its owner thread.
pub(crate) fn enter(core: &Arc<Core>) -> Entered {
    let local = local::of(core);
    let number = CORES.with_borrow_mut(|cores| {
        let number = cores.last().map_or(0, |innermost| innermost.number + 1);
        cores.push(Entry {
            core: core.clone(),
            local: local.clone(),
            number,
        });
        number
    });
    Entered {
        core: core.clone(),
        local,
        number,
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        // Guards may be dropped out of order: each takes away its own entry, so that the others stay in theirs.
        let entry = CORES.with_borrow_mut(|cores| {
            let mut entries = cores.iter();
            let position = entries.rposition(|entry| entry.number == self.number)?;
            Some(cores.remove(position))
        });
        drop(entry);
        // The thread is ending: its storage, which keeps what belongs to it otherwise, is gone.
        if local::is_gone() && local_of(&self.core).is_none() {
            local::abandon(&self.core, &self.local);
        }
    }
}
