//! The runtime: a core joined to an event loop.
//!
//! # Which runtime is current
//!
//! Everything that is spawned or awaited without naming a runtime uses the current runtime of its thread. This is:
//!
//! 1. the innermost of the runtimes that are [entered](Runtime::enter) or in the middle of a turn;
//! 2. otherwise the runtime of the thread-default `MainContext`, created on first use. Without a
//!    thread-default context, the main thread, and a thread that owns the default context, use the default context;
//!    any other thread gets a context of its own, which [`block_on`] runs;
//! 3. without the feature `glib`, a runtime on [`Standalone`](crate::event_loop::Standalone), one for each
//!    thread, created on first use.
//!
//! # The scheduling promise
//!
//! A *turn* is one dispatch of the runtime by its loop, in which ready coroutines are polled. In
//! what follows, `MAX_POLL` is the longest time that one poll of one of your coroutines takes; `N`, the
//! largest number of coroutines that are ready at once; `BUDGET`, the longest time that a turn may take (1 ms unless
//! [`Builder::budget`] says otherwise); `HOST`, the longest time that all other sources of the loop
//! together take between two turns.
//!
//! For coroutines of one priority, while none of a higher priority is ready:
//!
//! * **every ready coroutine runs** within `N × MAX_POLL`, plus one `HOST` for each `BUDGET`, or part of it, in that
//!   time: they run in the order in which they were woken, and one that yields goes to the end;
//! * **every ready descriptor, due timer and wake from another thread is seen** within
//!   100 µs + 8 × `MAX_POLL` + `HOST`: a turn looks for them at its start, and again after 61 polls or 100 µs, whichever
//!   comes first. (If nothing was polled since the last look, and all ready coroutines were woken by other threads, these
//!   are polled before the first look; the turn then looks before it ends.) A turn reads the clock after every poll,
//!   except after a run of polls that took less than 10 µs together: then up to eight polls go by without a reading,
//!   which explains the 8;
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
//! With `panic = "abort"` a panic cannot be caught: the first panic of a coroutine ends the process, after the panic
//! hook has printed it. So no join reports a panic, and the unhandled-error hook gets only errors. Everything
//! else is the same.
//!
//! A child that calls `exec` after `fork`, as `std::process::Command` and our `process` do, is fine: `exec` closes every
//! descriptor of a runtime. A child that does not call `exec` has one thread and a copy of the runtime. The
//! descriptors of the copy are the parent's: both share the epoll set, the timer and the wake-ups, and would take events
//! from each other. Such a child must not iterate the loop or drop the runtime, and must leave with `_exit`; GLib has the
//! same rule. No listener is told of signals that such a child receives, and a SIGUSR2 prints no dump.

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

/// Runs coroutines on an event loop.
///
/// A runtime belongs to the thread that built it. Dropping it drops every future on that thread, and
/// joins of coroutines that had not ended resolve to "cancelled". If one of its own coroutines drops it, the others
/// are dropped at once, and that one when its poll returns.
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
    /// ```
    /// use glib_coro::Runtime;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// let thread = std::thread::spawn(|| -> std::io::Result<i32> {
    ///     let runtime = Runtime::new()?; // on a context of this thread's own
    ///     Ok(runtime.block_on(async { 6 * 7 }))
    /// });
    /// assert_eq!(thread.join().unwrap()?, 42);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// `AlreadyExists` if the context has a runtime already; the kernel's error if it refuses a
    /// descriptor.
    pub fn new() -> io::Result<Self> {
        Self::builder().build()
    }

    /// A runtime with options.
    ///
    /// ```
    /// # fn main() -> std::io::Result<()> {
    /// let runtime = glib_coro::Runtime::builder().insight(true).build()?;
    /// runtime.block_on(glib_coro::yield_now());
    /// assert_eq!(runtime.metrics().poll_times.count(), 2); // both polls were measured
    /// # Ok(()) }
    /// ```
    pub fn builder() -> Builder {
        Builder::new()
    }

    /// Runs the loop until the future is done, and returns its output.
    ///
    /// The future may borrow. It is a coroutine like any other: a nested loop inside another coroutine
    /// does not stop it. Other coroutines continue meanwhile; when this returns, they pause where they are
    /// until the loop runs again. Inside a coroutine this runs a nested loop.
    ///
    /// ```
    /// # fn main() -> std::io::Result<()> {
    /// let runtime = glib_coro::Runtime::new()?;
    /// let mut log = Vec::new();
    /// runtime.block_on(async {
    ///     log.push("began"); // borrowed
    ///     glib_coro::yield_now().await;
    ///     log.push("ended");
    /// });
    /// assert_eq!(log, ["began", "ended"]);
    /// # Ok(()) }
    /// ```
    ///
    /// # Panics
    ///
    /// If the future panics, with its panic; if the runtime ends while the future is pending; if another thread
    /// iterates the context; if the loop runs already and cannot nest.
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
    ///
    /// ```
    /// # fn main() -> std::io::Result<()> {
    /// let runtime = glib_coro::Runtime::new()?;
    /// let greeting = runtime.spawn(async { "hello" });
    /// assert!(!greeting.is_finished()); // until the loop runs
    /// assert_eq!(runtime.block_on(greeting).unwrap(), "hello");
    /// # Ok(()) }
    /// ```
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
    ///
    /// ```
    /// use std::thread;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// let runtime = glib_coro::Runtime::new()?;
    /// let handle = runtime.handle();
    /// let worker = thread::spawn(move || handle.spawn(async { thread::current().id() }));
    /// let polled_by = runtime.block_on(worker.join().unwrap());
    /// assert_eq!(polled_by.unwrap(), thread::current().id());
    /// # Ok(()) }
    /// ```
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
    ///
    /// ```
    /// # fn main() -> std::io::Result<()> {
    /// let runtime = glib_coro::Runtime::new()?;
    /// let token = runtime.shutdown_token();
    /// let worker = std::thread::spawn(move || {
    ///     while !token.is_cancelled() {
    ///         std::thread::yield_now(); // do one piece of the work
    ///     }
    ///     "stopped"
    /// });
    /// drop(runtime);
    /// assert_eq!(worker.join().unwrap(), "stopped");
    /// # Ok(()) }
    /// ```
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
        // If the time is up, the drop of `self` ends what is left. The timeout is created inside of the future, because
        // the runtime's own clock counts it.
        let _ = self.block_on(async { timeout(grace, drained).await });
    }

    /// Figures about this moment.
    ///
    /// ```
    /// # fn main() -> std::io::Result<()> {
    /// let runtime = glib_coro::Runtime::new()?;
    /// let _server = runtime.spawn(std::future::pending::<()>());
    /// runtime.block_on(glib_coro::yield_now());
    /// let metrics = runtime.metrics();
    /// assert_eq!(metrics.spawned, 2); // the server, and what `block_on` ran
    /// assert_eq!(metrics.alive, 1);
    /// # Ok(()) }
    /// ```
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
