//! What belongs to the owner thread alone: its cores' run queues and tables of coroutines.
//!
//! It lies in that thread's own storage, where it needs no lock: locks were a quarter of the instructions of a
//! yield, and as much of those of a spawn. Other threads send [messages](Message) through the
//! remote queue, and so does everybody once the storage of a thread that ends is gone.

use std::cell::RefCell;
use std::mem::take;
use std::panic::Location;
use std::rc::Rc;
use std::sync::{Arc, Weak, mpsc};

use super::id::Id;
use super::info::Info;
use super::metrics::Metrics;
use super::run_queue::{Idler, RunQueue};
use super::table::Table;
use super::task::Runnable;
use super::turn::wake_idler;
use super::{Core, current};

/// What the owner thread knows about a core. Borrowed for one push, pop or entry at a time, and no user code
/// runs meanwhile.
#[derive(Debug)]
pub(crate) struct Local {
    pub(super) queue: RunQueue,
    /// Where other threads are to see it this one stays empty, and the core has [another](Core::shared).
    pub(super) table: Table,
    /// Coroutines marked for abortion that have not ended. While it is zero, which is nearly always, a
    /// poll need not look into the table.
    pub(super) aborts: usize,
}

pub(crate) type LocalRef = Rc<RefCell<Local>>;

impl Local {
    fn new(core: &Core) -> LocalRef {
        Rc::new(RefCell::new(Self {
            queue: RunQueue::new(core.insight.clone()),
            table: Table::default(),
            aborts: 0,
        }))
    }
}

/// What other threads tell the owner, or ask it.
#[derive(Debug)]
pub(super) enum Message {
    Woken(Runnable),
    /// With the place of the spawn.
    Spawned(Runnable, &'static Location<'static>),
    Abort {
        slot: u32,
        id: Id,
    },
    Ask(mpsc::Sender<(Vec<Info>, Metrics)>),
}

/// The cores that this thread built.
#[derive(Default)]
struct Locals(Vec<(Weak<Core>, LocalRef)>);

thread_local! {
    static LOCALS: RefCell<Locals> = RefCell::default();
}

impl Drop for Locals {
    /// The thread ends. Whoever closes a core later on finds what is here in the core.
    fn drop(&mut self) {
        let entries: Vec<_> = self
            .0
            .drain(..)
            .filter_map(|(core, local)| Some((core.upgrade()?, local)))
            .collect();
        // All of them before anybody hears of it, who may close any of them.
        let heirs: Vec<_> = entries
            .iter()
            .map(|(core, local)| match current::local_of(core) {
                None => bequeath(core, local),
                // It is entered: this stays where it is until the core is left.
                Some(_) => (false, local.borrow_mut().queue.take_idlers()),
            })
            .collect();
        for ((core, _), heirs) in entries.iter().zip(heirs) {
            tell(core, heirs);
        }
        current::release();
    }
}

/// Whether the thread is ending, and has no storage left for what belongs to it.
#[inline]
pub(super) fn is_gone() -> bool {
    LOCALS.try_with(|_| ()).is_err()
}

/// Leaves everything to the core, when nobody will look here any more.
#[cold]
pub(super) fn abandon(core: &Core, local: &LocalRef) {
    tell(core, bequeath(core, local));
    current::release();
}

/// Puts everything into the core. Whether its owner is to look, and who is to be woken.
fn bequeath(core: &Core, local: &LocalRef) -> (bool, Vec<Idler>) {
    let local = &mut *local.borrow_mut();
    *core.estate.lock() = Some((take(&mut local.table), take(&mut local.aborts)));
    let mut must_call = false;
    while let Some(runnable) = local.queue.pop_any() {
        must_call |= core.remote.push(Message::Woken(runnable));
    }
    (must_call, local.queue.take_idlers())
}

fn tell(core: &Core, (must_call, idlers): (bool, Vec<Idler>)) {
    if must_call {
        core.call_owner();
    }
    idlers.iter().for_each(wake_idler);
}

/// Makes what belongs to the thread that made the core.
pub(super) fn create(core: &Arc<Core>) {
    let entry = (Arc::downgrade(core), Local::new(core));
    // A thread that is ending has no storage left; the remote queue serves it.
    let _ = LOCALS.try_with(|locals| {
        let entries = &mut locals.borrow_mut().0;
        entries.retain(|(core, _)| core.strong_count() > 0);
        entries.push(entry);
    });
}

/// Takes over what was abandoned, if anything was.
fn inherit(core: &Core, local: &LocalRef) {
    if let Some((table, aborts)) = core.estate.lock().take() {
        let local = &mut *local.borrow_mut();
        (local.table, local.aborts) = (table, aborts);
    }
}

/// Does something with what this thread knows about a core. `None` on any thread but the owner, and on the owner when its
/// storage is gone and the core is not [entered](current::enter).
#[inline]
pub(super) fn with<R>(core: &Core, act: impl FnOnce(&LocalRef) -> R) -> Option<R> {
    let mut act = Some(act);
    let found = LOCALS.try_with(|locals| {
        let locals = locals.borrow();
        let mut entries = locals.0.iter();
        let (_, local) = entries.find(|(owned, _)| std::ptr::eq(owned.as_ptr(), core))?;
        Some((act.take()?)(local))
    });
    match found {
        Ok(result) => result,
        Err(_) => {
            let local = current::local_of(core)?;
            Some((act?)(&local))
        }
    }
}

/// What this thread knows about a core; see [`with`].
pub(super) fn find(core: &Core) -> Option<LocalRef> {
    current::local_of_innermost(core).or_else(|| with(core, LocalRef::clone))
}

/// What belongs to the owner thread, which this one is. When the thread's storage is gone it is kept as long as
/// the core is entered.
pub(super) fn of(core: &Core) -> LocalRef {
    find(core).unwrap_or_else(|| {
        let local = Local::new(core);
        inherit(core, &local);
        local
    })
}
