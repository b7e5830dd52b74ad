//! Spawning: from a future to an entry in the table and a place in the run queue.

use std::future::Future;
use std::panic::Location;
use std::sync::Arc;

use super::id::Id;
use super::local::{self, Local, LocalRef, Message};
use super::outcome::{Description, Report};
use super::span::Span;
use super::task::{Coroutine, Meta, Runnable, Spec, Task, UNKNOWN_SLOT};
use super::{Core, current, schedule};

/// What a coroutine's output comes from; or the number of one that never runs: the runtime has ended, the future has been dropped.
pub(crate) type Spawned<T> = Result<Task<T>, Id>;

/// Spawns a future on a core that this thread owns. `local`: `None` when the thread is ending.
#[inline]
pub(crate) fn spawn_at<F>(
    core: Arc<Core>,
    local: Option<LocalRef>,
    spec: &Spec,
    report: Option<Report<F::Output>>,
    future: F,
) -> Spawned<F::Output>
where
    F: Future + 'static,
    F::Output: 'static,
{
    let id = Id::next();
    let coroutine = Coroutine::new(future, report, Span::new(id, spec));
    enlist(core, local, id, spec, |builder| {
        builder.spawn_local(|_| coroutine, schedule)
    })
}

/// `local`: `None` on another thread than the owner, or one that is ending.
#[inline]
fn enlist<T>(
    core: Arc<Core>,
    local: Option<LocalRef>,
    id: Id,
    spec: &Spec,
    create: impl FnOnce(async_task::Builder<Meta>) -> (Runnable, Task<T>),
) -> Spawned<T> {
    if core.is_closed() {
        // The future inside `create` may run any code when it is dropped, which is now.
        return Err(id);
    }
    let Some(local) = local else {
        let meta = Meta::new(core.clone(), id, UNKNOWN_SLOT, spec);
        let (runnable, task) = create(async_task::Builder::new().metadata(meta));
        match core.remote.offer(Message::Spawned(runnable, spec.location)) {
            Ok(true) => core.call_owner(),
            Ok(false) => {}
            // Closed a moment ago.
            Err(refused) => cancel(refused),
        }
        return Ok(task);
    };
    let mut known = local.borrow_mut();
    let slot = core.with_table(&mut known, |table| {
        table.insert(id, spec.name.as_ref(), spec.location)
    });
    let meta = Meta::new(core, id, slot, spec);
    let (runnable, task) = create(async_task::Builder::new().metadata(meta));
    let must_tell = known.queue.push(runnable);
    drop(known);
    if must_tell {
        task.metadata().core.tell_host();
    }
    Ok(task)
}

/// Drops the future of what could not be spawned, as the poll of an aborted coroutine does: dropping a runnable would
/// abort the process if the future's destructor panics.
#[cold]
fn cancel(refused: Message) {
    if let Message::Spawned(runnable, location) = refused {
        let meta = runnable.metadata();
        let id = meta.id;
        let outer_refused = current::refuse(Some(Description {
            core: Some(meta.core.clone()),
            id,
            name: meta.name.clone(),
            location,
        }));
        let outer = current::set_aside();
        current::begin(id, UNKNOWN_SLOT, true);
        runnable.run();
        current::put_back(&outer);
        drop(current::refuse(outer_refused));
    }
}

impl Core {
    /// Spawns a future that stays on this thread, which must be the owner.
    pub(crate) fn spawn_local<F>(
        self: &Arc<Self>,
        spec: &Spec,
        report: Option<Report<F::Output>>,
        future: F,
    ) -> Spawned<F::Output>
    where
        F: Future + 'static,
        F::Output: 'static,
    {
        spawn_at(self.clone(), local::find(self), spec, report, future)
    }

    /// Spawns a future from any thread.
    pub(crate) fn spawn_send<F>(
        self: &Arc<Self>,
        spec: &Spec,
        report: Option<Report<F::Output>>,
        future: F,
    ) -> Spawned<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        let id = Id::next();
        let coroutine = Coroutine::new(future, report, Span::new(id, spec));
        enlist(self.clone(), local::find(self), id, spec, |builder| {
            builder.spawn(|_| coroutine, schedule)
        })
    }

    /// Takes in a coroutine that another thread spawned.
    pub(super) fn enlist_foreign(
        &self,
        local: &mut Local,
        runnable: &Runnable,
        location: &'static Location<'static>,
    ) {
        let meta = runnable.metadata();
        let slot = self.with_table(local, |table| {
            table.insert_foreign(meta.id, meta.name.as_ref(), location)
        });
        meta.set_slot(slot);
        if self.is_closed() {
            // It came just before the door was shut. It has no waker yet: it is about to be queued.
            self.mark(local, slot, meta.id);
        }
    }
}
