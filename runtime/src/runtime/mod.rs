//! The runtime: a core joined to an event loop.
//!
//! # Which runtime is current
//!
//! Everything that is spawned or awaited without naming a runtime uses the current one of its thread:
//!
//! 1. the innermost of the runtimes that are [entered](Runtime::enter) or in the middle of a turn;
//! 2. else the one of the thread-default `MainContext`, which gets a runtime on first use. On the main
//!    thread, and on a thread that owns it, that is the default context. Any other thread without a
//!    thread-default context gets a context of its own, which [`block_on`] runs;
//! 3. without the feature `glib`, a runtime on [`Standalone`](crate::event_loop::Standalone), one per
//!    thread, on first use.
//!
//! # The scheduling promise
//!
//! The names are: `MAX_POLL`, the longest time that one poll of one of your coroutines takes; `N`, the
//! largest number of coroutines that are ready at once; `BUDGET`, the runtime's budget (1 ms unless
//! [`Builder::budget`] says otherwise); `HOST`, the longest time that all other sources of the loop
//! together take between two dispatches of the runtime.
//!
//! For coroutines of one priority, while none of a higher priority is ready:
//!
//! * **every ready coroutine runs** within `N × MAX_POLL`, plus `HOST` for each `BUDGET` of that time
//!   begun: they run in the order in which they were woken, and one that yields goes to the end;
//! * **every ready descriptor, due timer and wake from another thread is seen** within
//!   100 µs + 8 × `MAX_POLL` + `HOST`: a turn looks at its start, and after 61 polls or 100 µs, whichever
//!   is first. (Where nothing was polled since the last look, and all that is ready was woken by other threads, that is polled
//!   before the first look, and the turn does not end without one.) It reads the clock after every poll, except after a run of
//!   polls that took less than 10 µs together: then up to eight go by, which is where the 8 comes from;
//! * **every source of lower priority is dispatched** after at most 2ᵏ − 1 turns of
//!   `BUDGET + 8 × MAX_POLL + HOST`, where `k` is how many priorities of coroutines in use are more urgent
//!   than the source: 1 turn below one of them, 3 below two, 7 below all three. A turn ends when its
//!   budget is used up, and its source then stays silent for one iteration of the loop.
//!
//! A future that never returns `Pending` breaks the first assumption, so operations of this crate that
//! could complete for ever (I/O on a descriptor that is always ready) return `Pending` once after
//! 128 completions within one poll, as tokio's do.
//!
//! # Programs that abort on panic, and that fork
//!
//! Under `panic = "abort"` nothing can be caught: the first panic of a coroutine ends the process, after the panic
//! hook has printed it. No join sees a panic then, and the unhandled-error hook gets errors alone. Everything
//! else is the same.
//!
//! After `fork` only a child that goes on to `exec` is fine, and every descriptor of a runtime is closed by
//! that (`std::process::Command` and our `process` do nothing else). A child that stays without
//! `exec` has one thread and a copy of the runtime whose descriptors are those of the parent: its epoll set, its
//! timer and its wake-ups are shared, so that both would take events from each other. It must not iterate the
//! loop, nor drop the runtime, but leave with `_exit`; what GLib says about `fork` is no different. Signals
//! that come to it are told to nobody, and a SIGUSR2 prints no dump.

mod builder;
#[cfg(feature = "signal")]
mod dump_signal;
mod handle;
mod lend;
mod local;
mod worker;

use std::cell::Cell;
use std::fmt;
use std::future::{Future, poll_fn};
use std::io;
use std::marker::PhantomData;
use std::panic::Location;
use std::rc::Rc;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use futures_util::future::LocalFutureObj;
use futures_util::task::{LocalSpawn, SpawnError};

pub use self::builder::Builder;
pub use self::handle::{Handle, TryCurrentError};
#[cfg(feature = "tokio")]
pub(crate) use self::local::refuse;
pub(crate) use self::local::{current, find_current, sources_of, try_current};
#[cfg(feature = "gio")]
pub(crate) use self::local::{end_attached_to_default_context, of_default_context};
pub use self::worker::Worker;
pub use crate::core::metrics::{Histogram, LongestPoll, Metrics};
pub use crate::core::outcome::Unhandled;

use crate::core::Core;
use crate::core::current::{Guard, guard};
use crate::event_loop::EventLoop;
use crate::task::{self, CancellationToken, JoinHandle};
use crate::time::timeout;

/// Coroutines on an event loop.
///
/// A runtime belongs to the thread that built it. Dropping it drops every future on that thread, and
/// joins of coroutines that had not ended resolve to "cancelled". Dropped from inside one of its own
/// coroutines, the others go at once and that one when its poll returns.
///
/// The [module's page](self) tells which runtime is current where, and what is promised about the order
/// in which coroutines run.
///
/// ```
/// use glib_coro::Runtime;
///
/// # fn main() -> std::io::Result<()> {
/// let runtime = Runtime::new()?;
/// let answer = runtime.block_on(async {
///     let handle = glib_coro::spawn(async { 6 * 7 });
///     handle.await.unwrap()
/// });
/// assert_eq!(answer, 42);
/// # Ok(()) }
/// ```
pub struct Runtime {
    inner: Rc<Inner>,
}

/// A core and its loop. The thread's list of runtimes refers to it too.
pub(crate) struct Inner {
    pub(crate) core: Arc<Core>,
    event_loop: Box<dyn EventLoop>,
    /// Cancelled when the runtime is shut down.
    shutdown: CancellationToken,
    /// How many `block_on`s are running, one inside the other.
    blocking: Cell<usize>,
}

impl Inner {
    #[cfg(feature = "gio")]
    pub(crate) fn shutdown_token(&self) -> CancellationToken {
        self.shutdown.clone()
    }
}

impl Runtime {
    /// A runtime on the thread-default `MainContext`; without the feature `glib`, on
    /// [`Standalone`](crate::event_loop::Standalone).
    ///
    /// # Errors
    ///
    /// `AlreadyExists` if the context has a runtime; and what the kernel says when it refuses a
    /// descriptor.
    pub fn new() -> io::Result<Self> {
        Self::builder().build()
    }

    /// A runtime with options.
    pub fn builder() -> Builder {
        Builder::new()
    }

    fn from_inner(inner: Rc<Inner>) -> Self {
        Self { inner }
    }

    /// Runs the loop until the future is done, and returns its output.
    ///
    /// The future may borrow. It is a coroutine like any other: a nested loop inside another coroutine
    /// does not stop it. Other coroutines go on meanwhile, and stay where they are when this returns,
    /// to go on the next time the loop runs. Inside a coroutine this is a nested loop.
    ///
    /// # Panics
    ///
    /// With the future's own panic. If the runtime ends while the future is pending. If another thread
    /// iterates the context. If the loop cannot nest and runs already.
    #[track_caller]
    pub fn block_on<F: Future>(&self, future: F) -> F::Output {
        lend::run(&self.inner, task::Builder::new(), future)
    }

    /// [`block_on`](Self::block_on) for the attributes, whose bodies have names.
    #[track_caller]
    pub(crate) fn block_on_named<F: Future>(&self, name: &'static str, future: F) -> F::Output {
        lend::run(&self.inner, task::Builder::new().name(name), future)
    }

    pub(crate) fn core(&self) -> &Arc<Core> {
        &self.inner.core
    }

    /// Spawns a coroutine. It starts when the loop gives the next turn, never inside this call.
    #[track_caller]
    pub fn spawn<F>(&self, future: F) -> JoinHandle<F::Output>
    where
        F: Future + 'static,
        F::Output: 'static,
    {
        let spec = task::Builder::new().into_spec(Location::caller());
        JoinHandle::spawn_local(&self.inner.core, &spec, None, future)
    }

    /// A handle for other threads.
    pub fn handle(&self) -> Handle {
        Handle::new(self.inner.core.clone())
    }

    /// Makes this the thread's current runtime until the guard is dropped.
    ///
    /// ```
    /// # fn main() -> std::io::Result<()> {
    /// # use glib_coro::{Runtime, event_loop::Standalone};
    /// let runtime = Runtime::builder().event_loop(Standalone::new()).build()?;
    /// let handle = {
    ///     let _entered = runtime.enter();
    ///     glib_coro::spawn(async { "on the runtime that was entered" })
    /// };
    /// runtime.block_on(handle).unwrap();
    /// # Ok(()) }
    /// ```
    #[must_use = "the runtime is left again when the guard is dropped"]
    pub fn enter(&self) -> EnterGuard<'_> {
        EnterGuard {
            _guard: guard(&self.inner.core),
            _borrows: PhantomData,
        }
    }

    /// A token that is cancelled when the runtime is [shut down](Self::shutdown) or dropped: give clones
    /// or children of it to the coroutines that have something to clean up.
    pub fn shutdown_token(&self) -> CancellationToken {
        self.inner.shutdown.clone()
    }

    /// Ends the runtime with a chance to clean up: cancels the [token](Self::shutdown_token), runs the
    /// loop until every coroutine has ended or the time of grace is over, and drops the rest.
    ///
    /// ```
    /// use std::time::Duration;
    /// use glib_coro::{Runtime, sleep};
    ///
    /// # fn main() -> std::io::Result<()> {
    /// let runtime = Runtime::new()?;
    /// let token = runtime.shutdown_token();
    /// let cleaner = runtime.spawn(async move {
    ///     token.cancelled().await;
    ///     sleep(Duration::from_millis(1)).await; // say goodbye to a server
    /// });
    /// runtime.shutdown(Duration::from_secs(5));
    /// assert!(cleaner.is_finished());
    /// # Ok(()) }
    /// ```
    ///
    /// # Panics
    ///
    /// As [`block_on`](Self::block_on).
    #[track_caller]
    pub fn shutdown(self, grace: Duration) {
        self.inner.shutdown.cancel();
        let core = &self.inner.core;
        let drained = poll_fn(|cx| {
            if core.poll_drained(cx.waker()) {
                Poll::Ready(())
            } else {
                Poll::Pending
            }
        });
        // If the time is up, the drop below ends what is left. The time is the runtime's own, so it is
        // counted from inside.
        let _ = self.block_on(async { timeout(grace, drained).await });
    }

    /// Figures about this moment.
    pub fn metrics(&self) -> Metrics {
        Metrics {
            sources: self.inner.event_loop.sources(),
            ..self.inner.core.metrics()
        }
    }
}

impl Drop for Runtime {
    fn drop(&mut self) {
        self.inner.shutdown.cancel();
        self.inner.core.close();
    }
}

impl fmt::Debug for Runtime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Runtime")
            .field("metrics", &self.metrics())
            .finish_non_exhaustive()
    }
}

impl LocalSpawn for Runtime {
    fn spawn_local_obj(&self, future: LocalFutureObj<'static, ()>) -> Result<(), SpawnError> {
        if self.inner.core.is_closed() {
            return Err(SpawnError::shutdown());
        }
        drop(self.spawn(future));
        Ok(())
    }
}

/// Keeps a runtime current on this thread; see [`Runtime::enter`].
#[derive(Debug)]
pub struct EnterGuard<'a> {
    _guard: Guard,
    /// Borrows the runtime, and belongs to its thread.
    _borrows: PhantomData<(&'a Runtime, *mut ())>,
}

/// Runs the thread's current loop until the future is done, and returns its output.
///
/// See [`Runtime::block_on`]; [the module's page](self) tells which runtime is current.
///
/// ```
/// assert_eq!(glib_coro::block_on(async { 6 * 7 }), 42);
/// ```
///
/// # Panics
///
/// As [`Runtime::block_on`], and where the thread can have no runtime.
#[track_caller]
pub fn block_on<F: Future>(future: F) -> F::Output {
    match local::current_inner() {
        Ok(inner) => lend::run(&inner, task::Builder::new(), future),
        Err(error) => panic!("{error}"),
    }
}
