//! Waiting for a coroutine.

use std::fmt;
use std::future::Future;
use std::mem::replace;
use std::pin::Pin;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};
use std::task::{Context, Poll};

use super::{AbortHandle, Id, JoinError};
use crate::core::Core;
use crate::core::current;
use crate::core::name::Name;
use crate::core::outcome::{Failure, Report};
use crate::core::spawn::{Spawned, spawn_at};
use crate::core::task::{Memory, Spec, Task};
use crate::runtime;

/// Waits for a coroutine's output. Dropping it detaches the coroutine, which goes on.
///
/// `Send` and `Sync` if the output is `Send`: it may be awaited, aborted and dropped on any thread and
/// under any executor.
///
/// ```
/// use glib_coro::spawn;
///
/// # glib_coro::block_on(async {
/// let sum = spawn(async { 1 + 2 }); // both run, whichever is awaited first
/// let word = spawn(async { "three" });
/// assert_eq!(word.await.unwrap(), "three");
/// assert_eq!(sum.await.unwrap(), 3);
/// # });
/// ```
///
/// # Cancel safety
///
/// Awaiting `&mut handle` is cancel safe: the output is there for the next await.
///
/// # Wakers that panic
///
/// A coroutine that ends wakes whoever awaits its handle from inside async-task, which cannot unwind. If
/// a waker written by hand panics there when it is woken, cloned or dropped, the process is aborted. (Where the
/// runtime itself wakes, for a timer or a descriptor, it logs the panic and goes on.) The wakers of this crate
/// do not panic.
pub struct JoinHandle<T> {
    whom: Whom<T>,
}

/// Two words, as a handle is moved more often than it is looked at.
enum Whom<T> {
    Spawned(Task<T>),
    /// There was nothing to spawn: the runtime had ended, or the call is one that never runs.
    Absent(Box<Absent>),
    /// For the destructor.
    Detached,
}

struct Absent {
    id: Id,
    name: Option<Name>,
    memory: Memory,
}

impl Absent {
    #[cold]
    fn new(id: Id, spec: &Spec) -> Box<Self> {
        Box::new(Self {
            id,
            name: spec.name.clone(),
            memory: Memory::default(),
        })
    }
}

impl<T> JoinHandle<T> {
    #[inline]
    fn new(spec: &Spec, spawned: Spawned<T>) -> Self {
        let whom = match spawned {
            Ok(task) => Whom::Spawned(task),
            Err(id) => Whom::Absent(Absent::new(id, spec)),
        };
        Self { whom }
    }

    /// The handle of a call that never runs.
    pub(crate) fn cancelled(spec: &Spec) -> Self {
        Self::new(spec, Err(Id::next()))
    }

    /// Spawns on the thread's current runtime.
    #[track_caller]
    #[inline]
    pub(crate) fn spawn_current<F>(spec: &Spec, report: Option<Report<T>>, future: F) -> Self
    where
        F: Future<Output = T> + 'static,
        T: 'static,
    {
        let spawned = match current::innermost() {
            Some((core, local)) => spawn_at(core, Some(local), spec, report, future),
            None => runtime::current().spawn_local(spec, report, future),
        };
        Self::new(spec, spawned)
    }

    pub(crate) fn spawn_local<F>(
        core: &Arc<Core>,
        spec: &Spec,
        report: Option<Report<T>>,
        future: F,
    ) -> Self
    where
        F: Future<Output = T> + 'static,
        T: 'static,
    {
        Self::new(spec, core.spawn_local(spec, report, future))
    }

    pub(crate) fn spawn_send<F>(
        core: &Arc<Core>,
        spec: &Spec,
        report: Option<Report<T>>,
        future: F,
    ) -> Self
    where
        F: Future<Output = T> + Send + 'static,
        T: Send + 'static,
    {
        Self::new(spec, core.spawn_send(spec, report, future))
    }

    /// Aborts the coroutine: its future is dropped at its await point, on its own thread, within one turn. Then
    /// the join resolves to "cancelled"; or to a panic, if a destructor panics.
    ///
    /// This has no effect on a coroutine that has ended, or that ends in the poll in progress.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// # glib_coro::block_on(async {
    /// let search = glib_coro::spawn(glib_coro::sleep(Duration::from_secs(3600)));
    /// search.abort(); // the user has typed something else
    /// assert!(search.await.unwrap_err().is_cancelled());
    /// # });
    /// ```
    pub fn abort(&self) {
        if let Whom::Spawned(task) = &self.whom {
            let meta = task.metadata();
            meta.core.abort(meta.slot(), meta.id);
        }
    }

    /// A handle that can abort this coroutine, from any thread, but not await it.
    ///
    /// ```
    /// use glib_coro::spawn;
    ///
    /// # glib_coro::block_on(async {
    /// let download = spawn(std::future::pending::<()>());
    /// let stop = download.abort_handle(); // for the stop button
    /// let was_stopped = spawn(async { download.await.is_err_and(|error| error.is_cancelled()) });
    /// stop.abort();
    /// assert!(was_stopped.await.unwrap());
    /// # });
    /// ```
    pub fn abort_handle(&self) -> AbortHandle {
        let (core, slot) = match &self.whom {
            Whom::Spawned(task) => {
                let meta = task.metadata();
                (Arc::downgrade(&meta.core), meta.slot())
            }
            Whom::Absent(_) | Whom::Detached => (Weak::new(), 0),
        };
        AbortHandle::new(core, self.id(), slot)
    }

    /// Tells introspection who waits.
    #[inline]
    pub(super) fn note_joiner(&self, joiner: Option<Id>) {
        if let Whom::Spawned(task) = &self.whom {
            let is_awaited = &task.metadata().memory.is_awaited;
            if joiner.is_some() || is_awaited.load(Ordering::Relaxed) {
                is_awaited.store(joiner.is_some(), Ordering::Relaxed);
                tell_joiner(task, joiner);
            }
        }
    }

    /// Whether the coroutine has ended.
    ///
    /// ```
    /// # glib_coro::block_on(async {
    /// let handle = glib_coro::spawn(async { 6 * 7 });
    /// assert!(!handle.is_finished());
    /// glib_coro::yield_now().await;
    /// assert!(handle.is_finished()); // to await it takes no time now
    /// assert_eq!(handle.await.unwrap(), 42);
    /// # });
    /// ```
    pub fn is_finished(&self) -> bool {
        match &self.whom {
            Whom::Spawned(task) => task.is_finished(),
            Whom::Absent(_) | Whom::Detached => true,
        }
    }

    /// The coroutine's number, its name, and what its handle remembers.
    fn known(&self) -> (Id, &Option<Name>, &Memory) {
        match &self.whom {
            Whom::Spawned(task) => {
                let meta = task.metadata();
                (meta.id, &meta.name, &meta.memory)
            }
            Whom::Absent(absent) => (absent.id, &absent.name, &absent.memory),
            Whom::Detached => unreachable!("the handle has been dropped"),
        }
    }

    /// The coroutine's number.
    pub fn id(&self) -> Id {
        self.known().0
    }

    /// The coroutine's name.
    pub fn name(&self) -> Option<&str> {
        self.known().1.as_deref()
    }

    /// Turns this into a handle that aborts the coroutine when it is dropped.
    ///
    /// ```
    /// # glib_coro::block_on(async {
    /// let pulse = glib_coro::spawn(std::future::pending::<()>());
    /// let id = pulse.id();
    /// {
    ///     let _pulse = pulse.abort_on_drop(); // pulses until the end of this block
    /// }
    /// glib_coro::yield_now().await;
    /// assert!(glib_coro::task::all().iter().all(|info| info.id() != id));
    /// # });
    /// ```
    pub fn abort_on_drop(self) -> AbortOnDrop<T> {
        AbortOnDrop(self)
    }
}

#[inline(never)]
fn tell_joiner<T>(task: &Task<T>, joiner: Option<Id>) {
    let meta = task.metadata();
    let has_ended = || task.is_finished();
    meta.core
        .note_joiner(meta.slot(), meta.id, joiner, has_ended);
}

impl<T> Future for JoinHandle<T> {
    type Output = Result<T, JoinError>;

    /// # Panics
    ///
    /// If polled again after it was ready.
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let is_taken = self.known().2.is_taken.load(Ordering::Relaxed);
        assert!(!is_taken, "`JoinHandle` polled after it was ready");
        let result = match &mut self.whom {
            Whom::Spawned(task) => match Pin::new(task).poll(cx) {
                Poll::Ready(outcome) => outcome.into_result(),
                Poll::Pending => {
                    self.note_joiner(current::id());
                    return Poll::Pending;
                }
            },
            Whom::Absent(_) | Whom::Detached => Err(Failure::Cancelled),
        };
        let (id, _, memory) = self.known();
        memory.is_taken.store(true, Ordering::Relaxed);
        Poll::Ready(result.map_err(|failure| JoinError::new(id, failure)))
    }
}

impl<T> Drop for JoinHandle<T> {
    #[inline]
    fn drop(&mut self) {
        // What has ended leaves the table by itself.
        if !self.known().2.is_taken.load(Ordering::Relaxed) {
            self.note_joiner(None);
        }
        if let Whom::Spawned(task) = replace(&mut self.whom, Whom::Detached) {
            task.detach();
        }
    }
}

// The handle never pins its output.
impl<T> Unpin for JoinHandle<T> {}

impl<T> fmt::Debug for JoinHandle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JoinHandle")
            .field("id", &self.id())
            .field("name", &self.name())
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
    /// Aborts the coroutine; see [`JoinHandle::abort`].
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
