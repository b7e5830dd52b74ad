//! Waiting for a coroutine.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Weak};
use std::task::{Context, Poll};

use super::{AbortHandle, Id, JoinError};
use crate::core::Core;
use crate::core::current;
use crate::core::name::Name;
use crate::core::outcome::{Failure, Report};
use crate::core::spawn::spawn_at;
use crate::core::task::{Spec, Task};
use crate::runtime;

/// Waits for a coroutine's output. Dropping it detaches the coroutine, which goes on.
///
/// `Send` and `Sync` if the output is `Send`: it may be awaited, aborted and dropped on any thread and
/// under any executor.
///
/// # Cancel safety
///
/// Awaiting `&mut handle` is cancel safe: the output is there for the next await.
///
/// # Wakers that panic
///
/// A coroutine that ends wakes whoever awaits its handle from inside async-task, which cannot unwind: if
/// a hand-made waker panics when it is woken, cloned or dropped there, the process is aborted. (Where the
/// runtime itself wakes, for a timer or a descriptor, it logs the panic and goes on.) The wakers of this crate
/// do not panic.
pub struct JoinHandle<T> {
    /// `None` when there was nothing to spawn: the runtime had ended, or the call is one that never runs.
    task: Option<Task<T>>,
    id: Id,
    name: Option<Name>,
    /// The coroutine that was told to wait when the handle was last polled. The core knows it too.
    joiner: Option<Id>,
    taken: bool,
}

impl<T> JoinHandle<T> {
    fn new(name: Option<Name>, (id, task): (Id, Option<Task<T>>)) -> Self {
        Self {
            task,
            id,
            name,
            joiner: None,
            taken: false,
        }
    }

    /// The handle of a call that never runs.
    pub(crate) fn cancelled(name: Option<Name>) -> Self {
        Self::new(name, (Id::next(), None))
    }

    /// Spawns on the thread's current runtime.
    #[track_caller]
    #[inline]
    pub(crate) fn spawn_current<F>(spec: Spec, report: Option<Report<T>>, future: F) -> Self
    where
        F: Future<Output = T> + 'static,
        T: 'static,
    {
        let Some((core, local)) = current::innermost() else {
            return Self::spawn_local(&runtime::current(), spec, report, future);
        };
        let name = spec.name.clone();
        Self::new(name, spawn_at(core, Some(local), spec, report, future))
    }

    pub(crate) fn spawn_local<F>(
        core: &Arc<Core>,
        spec: Spec,
        report: Option<Report<T>>,
        future: F,
    ) -> Self
    where
        F: Future<Output = T> + 'static,
        T: 'static,
    {
        let name = spec.name.clone();
        Self::new(name, core.spawn_local(spec, report, future))
    }

    pub(crate) fn spawn_send<F>(
        core: &Arc<Core>,
        spec: Spec,
        report: Option<Report<T>>,
        future: F,
    ) -> Self
    where
        F: Future<Output = T> + Send + 'static,
        T: Send + 'static,
    {
        let name = spec.name.clone();
        Self::new(name, core.spawn_send(spec, report, future))
    }

    /// Has the coroutine's future dropped at its await point, on its own thread, within one turn. Then
    /// the join resolves to "cancelled"; or to a panic, if a destructor panics.
    ///
    /// A coroutine that has ended is left alone, and so is one that ends in the poll that is going on.
    pub fn abort(&self) {
        if let Some(task) = &self.task {
            let meta = task.metadata();
            meta.core.abort(meta.slot(), self.id);
        }
    }

    /// Aborts this coroutine, from anywhere, without waiting for it.
    pub fn abort_handle(&self) -> AbortHandle {
        let (core, slot) = match &self.task {
            Some(task) => {
                let meta = task.metadata();
                (Arc::downgrade(&meta.core), meta.slot())
            }
            None => (Weak::new(), 0),
        };
        AbortHandle::new(core, self.id, slot)
    }

    /// Has introspection know who waits.
    pub(super) fn note_joiner(&mut self, joiner: Option<Id>) {
        if self.joiner != joiner
            && let Some(task) = &self.task
        {
            let meta = task.metadata();
            let has_ended = || task.is_finished();
            meta.core
                .note_joiner(meta.slot(), self.id, joiner, has_ended);
            self.joiner = joiner;
        }
    }

    /// Whether the coroutine has ended.
    pub fn is_finished(&self) -> bool {
        self.task.as_ref().is_none_or(Task::is_finished)
    }

    /// The coroutine's number.
    pub fn id(&self) -> Id {
        self.id
    }

    /// The coroutine's name.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// Turns this into a handle that aborts the coroutine when it is dropped.
    pub fn abort_on_drop(self) -> AbortOnDrop<T> {
        AbortOnDrop(self)
    }
}

impl<T> Future for JoinHandle<T> {
    type Output = Result<T, JoinError>;

    /// # Panics
    ///
    /// If polled again after it was ready.
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        assert!(!self.taken, "`JoinHandle` polled after it was ready");
        let id = self.id;
        let result = match &mut self.task {
            None => Err(Failure::Cancelled),
            Some(task) => match Pin::new(task).poll(cx) {
                Poll::Ready(outcome) => outcome.into_result(),
                Poll::Pending => {
                    self.note_joiner(current::id());
                    return Poll::Pending;
                }
            },
        };
        self.taken = true;
        Poll::Ready(result.map_err(|failure| JoinError::new(id, failure)))
    }
}

impl<T> Drop for JoinHandle<T> {
    fn drop(&mut self) {
        self.note_joiner(None);
        if let Some(task) = self.task.take() {
            task.detach();
        }
    }
}

// The handle never pins its output.
impl<T> Unpin for JoinHandle<T> {}

impl<T> fmt::Debug for JoinHandle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JoinHandle")
            .field("id", &self.id)
            .field("name", &self.name)
            .field("is_finished", &self.is_finished())
            .finish_non_exhaustive()
    }
}

/// A [`JoinHandle`] that aborts its coroutine when it is dropped.
///
/// ```
/// # glib_coro::block_on(async {
/// let handle = glib_coro::spawn(std::future::pending::<()>());
/// let id = handle.id();
/// drop(handle.abort_on_drop()); // the coroutine ends with the next turn
/// # let _ = id;
/// # });
/// ```
#[derive(Debug)]
#[must_use = "the coroutine is aborted when this is dropped"]
pub struct AbortOnDrop<T>(JoinHandle<T>);

impl<T> AbortOnDrop<T> {
    /// Has the coroutine's future dropped at its await point; see [`JoinHandle::abort`].
    pub fn abort(&self) {
        self.0.abort();
    }

    /// Whether the coroutine has ended.
    pub fn is_finished(&self) -> bool {
        self.0.is_finished()
    }

    /// The coroutine's number.
    pub fn id(&self) -> Id {
        self.0.id()
    }
}

impl<T> Future for AbortOnDrop<T> {
    type Output = Result<T, JoinError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.0).poll(cx)
    }
}

impl<T> Drop for AbortOnDrop<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}
