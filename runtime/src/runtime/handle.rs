//! The runtime as other threads see it.

use std::error::Error;
use std::fmt;
use std::future::{Future, poll_fn};
use std::panic::Location;
use std::sync::Arc;

use futures_util::future::FutureObj;
use futures_util::task::{Spawn, SpawnError};
use send_wrapper::SendWrapper;

use super::local;
use crate::core::Core;
use crate::task::{self, JoinHandle};

/// Spawns coroutines on a runtime from any thread.
///
/// Cheap to clone. It does not keep the runtime alive: what is spawned after the runtime's end is dropped, and the
/// join resolves to "cancelled".
///
/// ```
/// let runtime = glib_coro::Runtime::new()?;
/// let handle = runtime.handle();
/// let worker = std::thread::spawn(move || handle.spawn(async { 6 * 7 }));
/// let answer = runtime.block_on(async { worker.join().unwrap().await });
/// assert_eq!(answer.unwrap(), 42);
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone)]
pub struct Handle {
    core: Arc<Core>,
}

impl Handle {
    pub(super) fn new(core: Arc<Core>) -> Self {
        Self { core }
    }

    #[cfg(feature = "zbus")]
    pub(crate) fn core(&self) -> &Arc<Core> {
        &self.core
    }

    /// The thread's current runtime, see the [module's page](super).
    ///
    /// ```
    /// use std::thread;
    /// use glib_coro::{Handle, unblock};
    ///
    /// # glib_coro::block_on(async {
    /// let home = Handle::current();
    /// let report = unblock(move || {
    ///     // On another thread, a long computation. Then, back on this one:
    ///     home.spawn(async { thread::current().id() })
    /// });
    /// assert_eq!(report.await.await.unwrap(), thread::current().id());
    /// # });
    /// ```
    ///
    /// # Panics
    ///
    /// If [`try_current`](Self::try_current) returns an error.
    #[track_caller]
    pub fn current() -> Self {
        Self::new(local::current())
    }

    /// The thread's current runtime, see the [module's page](super).
    ///
    /// ```
    /// use glib_coro::Handle;
    ///
    /// /// Logs later where there is a loop, and at once where there is none.
    /// fn log(line: &'static str) -> bool {
    ///     let Ok(handle) = Handle::try_current() else {
    ///         println!("{line}");
    ///         return false;
    ///     };
    ///     handle.spawn(async move { println!("{line}") });
    ///     true
    /// }
    /// assert!(glib_coro::block_on(async { log("saved") }));
    /// ```
    ///
    /// # Errors
    ///
    /// If this thread cannot have a runtime: it is the main thread and another one iterates the default
    /// `MainContext`, or the kernel refuses a descriptor.
    pub fn try_current() -> Result<Self, TryCurrentError> {
        local::try_current().map(Self::new)
    }

    /// Spawns a coroutine on the runtime's thread.
    ///
    /// ```
    /// # fn main() -> std::io::Result<()> {
    /// let runtime = glib_coro::Runtime::new()?;
    /// let handle = runtime.handle();
    /// let producer = std::thread::spawn(move || [1, 2, 3].map(|n| handle.spawn(async move { n * n })));
    /// let mut sum = 0;
    /// runtime.block_on(async {
    ///     for square in producer.join().unwrap() {
    ///         sum += square.await.unwrap();
    ///     }
    /// });
    /// assert_eq!(sum, 14);
    /// # Ok(()) }
    /// ```
    #[track_caller]
    pub fn spawn<F>(&self, future: F) -> JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        let spec = task::Builder::new().into_spec(Location::caller());
        JoinHandle::spawn_send(&self.core, &spec, None, future)
    }

    /// Spawns a coroutine whose future is built on the runtime's thread. It stays there, and so need not be `Send`.
    ///
    /// ```
    /// use std::rc::Rc;
    ///
    /// # glib_coro::block_on(async {
    /// let handle = glib_coro::Handle::current();
    /// let joined = handle.spawn_with(|| async {
    ///     let rc = Rc::new(42);
    ///     glib_coro::yield_now().await;
    ///     *rc
    /// });
    /// assert_eq!(joined.await.unwrap(), 42);
    /// # });
    /// ```
    #[track_caller]
    pub fn spawn_with<B, F>(&self, build: B) -> JoinHandle<F::Output>
    where
        B: FnOnce() -> F + Send + 'static,
        F: Future + 'static,
        F::Output: Send + 'static,
    {
        let spec = task::Builder::new().into_spec(Location::caller());
        // A coroutine is polled and dropped by the runtime's thread alone, and so is what is built in there.
        let homebound = async move {
            let mut future = SendWrapper::new(Box::pin(build()));
            poll_fn(move |cx| future.as_mut().poll(cx)).await
        };
        JoinHandle::spawn_send(&self.core, &spec, None, homebound)
    }

    /// Every coroutine of the runtime that has not ended; see [`task::all`].
    ///
    /// Any thread may call this. With [insight](super::Builder::insight) it returns at once, even while a coroutine blocks the loop,
    /// which is what a watchdog needs; coroutines go on while the list is made, so that its entries may be of different moments.
    /// Without insight, threads other than the runtime's wait for the loop's next turn, for at most one second; if there is
    /// none in that time, the list is empty.
    ///
    /// ```
    /// use glib_coro::{Runtime, task::Builder};
    ///
    /// # fn main() -> std::io::Result<()> {
    /// let runtime = Runtime::builder().insight(true).build()?;
    /// let handle = runtime.handle();
    /// runtime.block_on(async {
    ///     let _indexer = Builder::new().name("indexer").spawn(std::future::pending::<()>());
    ///     let watchdog = std::thread::spawn(move || handle.all());
    ///     let all = watchdog.join().unwrap(); // the loop is blocked meanwhile
    ///     assert!(all.iter().any(|info| info.name() == Some("indexer")));
    /// });
    /// # Ok(()) }
    /// ```
    pub fn all(&self) -> Vec<task::Info> {
        self.core.picture().map_or_else(Vec::new, |(all, _)| all)
    }

    /// The coroutines and the metrics of the runtime as JSON; see [`task::dump`](task::dump()). On other threads it waits as
    /// [`all`](Self::all) does; what it could not learn is `null`.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// let runtime = glib_coro::Runtime::builder().insight(true).build()?;
    /// let handle = runtime.handle();
    /// let watchdog = std::thread::spawn(move || handle.dump());
    /// runtime.block_on(async {
    ///     std::thread::sleep(Duration::from_millis(10)); // the loop is blocked
    /// });
    /// assert!(watchdog.join().unwrap().starts_with('{'));
    /// # Ok(()) }
    /// ```
    pub fn dump(&self) -> String {
        task::dump::render(&self.core)
    }
}

impl fmt::Debug for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handle").finish_non_exhaustive()
    }
}

impl Spawn for Handle {
    fn spawn_obj(&self, future: FutureObj<'static, ()>) -> Result<(), SpawnError> {
        if self.core.is_closed() {
            return Err(SpawnError::shutdown());
        }
        drop(self.spawn(future));
        Ok(())
    }
}

/// This thread can have no runtime.
#[derive(Debug)]
pub struct TryCurrentError(pub(super) std::io::Error);

impl fmt::Display for TryCurrentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no runtime on this thread: {}", self.0)
    }
}

impl Error for TryCurrentError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.0)
    }
}
