//! A thread with a runtime of its own.

use std::fmt;
use std::io;
use std::sync::mpsc;
use std::thread::{self, JoinHandle};

use super::{Handle, Runtime};
use crate::task::CancellationToken;

/// A thread that runs coroutines, with a `MainContext` of its own.
///
/// Dropping it ends its runtime, without a time of grace, and waits for the thread.
///
/// ```
/// use glib_coro::runtime::Worker;
///
/// # glib_coro::block_on(async {
/// let worker = Worker::new("crunch");
/// let joined = worker.handle().spawn_with(|| async {
///     // Not `Send`, and that does not matter: it never leaves the worker.
///     let numbers = std::rc::Rc::new([1, 2, 3]);
///     glib_coro::yield_now().await;
///     numbers.iter().sum::<i32>()
/// });
/// assert_eq!(joined.await.unwrap(), 6);
/// # });
/// ```
pub struct Worker {
    handle: Handle,
    stop: CancellationToken,
    thread: Option<JoinHandle<()>>,
}

impl Worker {
    /// Starts a thread of this name.
    ///
    /// ```
    /// use glib_coro::runtime::Worker;
    ///
    /// # glib_coro::block_on(async {
    /// let worker = Worker::new("database");
    /// let name = worker.handle().spawn(async { std::thread::current().name().map(str::to_owned) });
    /// assert_eq!(name.await.unwrap().as_deref(), Some("database"));
    /// # });
    /// ```
    ///
    /// # Panics
    ///
    /// If the system refuses a thread or a descriptor, or the name has a null byte in it; see [`try_new`](Self::try_new).
    #[track_caller]
    pub fn new(name: impl Into<String>) -> Self {
        match Self::try_new(name) {
            Ok(worker) => worker,
            Err(error) => panic!("cannot start a worker: {error}"),
        }
    }

    /// Starts a thread of this name.
    ///
    /// ```
    /// use std::io::ErrorKind;
    /// use glib_coro::runtime::Worker;
    ///
    /// let error = Worker::try_new("data\0base").unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::InvalidInput);
    /// ```
    ///
    /// # Errors
    ///
    /// If the system refuses a thread or a descriptor; `InvalidInput` if the name has a null byte in it.
    pub fn try_new(name: impl Into<String>) -> io::Result<Self> {
        let name = name.into();
        if name.contains('\0') {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                format!("the thread's name, {name:?}, has a null byte in it; leave it out"),
            ));
        }
        let stop = CancellationToken::new();
        let stopped = stop.cancelled();
        let (sender, receiver) = mpsc::sync_channel(1);
        let thread = thread::Builder::new().name(name).spawn(move || {
            match Runtime::new() {
                Ok(runtime) => {
                    // The other end waits for it below.
                    let _ = sender.send(Ok(runtime.handle()));
                    runtime.block_on(stopped);
                }
                Err(error) => drop(sender.send(Err(error))),
            }
        })?;
        let handle = receiver
            .recv()
            .map_err(|_| io::Error::other("the worker ended before it began"))??;
        Ok(Self {
            handle,
            stop,
            thread: Some(thread),
        })
    }

    /// Spawns onto the worker.
    ///
    /// ```
    /// use glib_coro::runtime::Worker;
    ///
    /// # glib_coro::block_on(async {
    /// let worker = Worker::new("parser");
    /// let handle = worker.handle(); // for whoever has work to give
    /// assert_eq!(handle.spawn(async { "a b c".split(' ').count() }).await.unwrap(), 3);
    ///
    /// drop(worker);
    /// assert!(handle.spawn(async {}).await.unwrap_err().is_cancelled());
    /// # });
    /// ```
    pub fn handle(&self) -> Handle {
        self.handle.clone()
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.stop.cancel();
        if let Some(thread) = self.thread.take()
            // One of its own coroutines may hold the worker: it cannot wait for itself.
            && thread.thread().id() != thread::current().id()
        {
            // A panic of the thread was printed; there is nobody to tell it to.
            let _ = thread.join();
        }
    }
}

impl fmt::Debug for Worker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Worker")
            .field("thread", &self.thread)
            .finish_non_exhaustive()
    }
}
