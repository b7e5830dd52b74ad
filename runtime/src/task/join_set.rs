//! Many coroutines of one kind.

use std::fmt;
use std::future::poll_fn;
use std::panic::resume_unwind;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use futures_util::stream::FuturesUnordered;

use super::{AbortHandle, Builder, Id, JoinError, JoinHandle};
use crate::core::current;

/// A set of coroutines whose outputs come in the order in which they end.
///
/// Dropping the set aborts what is still in it.
///
/// ```
/// use glib_coro::task::JoinSet;
///
/// # glib_coro::block_on(async {
/// let mut set = JoinSet::new();
/// for n in 1..=3 {
///     set.spawn(async move { n * n });
/// }
/// let mut squares = Vec::new();
/// while let Some(square) = set.join_next().await {
///     squares.push(square.unwrap());
/// }
/// squares.sort();
/// assert_eq!(squares, [1, 4, 9]);
/// # });
/// ```
#[must_use = "the coroutines are aborted when the set is dropped"]
pub struct JoinSet<T> {
    handles: FuturesUnordered<JoinHandle<T>>,
    /// The coroutine that waited last.
    joiner: Option<Id>,
}

impl<T: 'static> JoinSet<T> {
    /// An empty set.
    pub fn new() -> Self {
        Self {
            handles: FuturesUnordered::new(),
            joiner: None,
        }
    }

    /// Spawns a coroutine into the set, on the thread's current runtime.
    ///
    /// ```
    /// use glib_coro::task::JoinSet;
    ///
    /// # glib_coro::block_on(async {
    /// let mut mirrors = JoinSet::new();
    /// let slow = mirrors.spawn(std::future::pending());
    /// mirrors.spawn(async { "the file" });
    /// assert_eq!(mirrors.join_next().await.unwrap().unwrap(), "the file");
    /// slow.abort(); // only this one
    /// assert!(mirrors.join_next().await.unwrap().unwrap_err().is_cancelled());
    /// # });
    /// ```
    ///
    /// # Panics
    ///
    /// As [`spawn`](super::spawn()).
    #[track_caller]
    pub fn spawn<F>(&mut self, future: F) -> AbortHandle
    where
        F: Future<Output = T> + 'static,
    {
        self.insert(Builder::new().spawn(future))
    }

    /// Adds a coroutine to the set that was spawned in another way: with a name or a priority, or
    /// through a [`Handle`](crate::Handle).
    ///
    /// ```
    /// use glib_coro::task::{Builder, JoinSet};
    ///
    /// # glib_coro::block_on(async {
    /// let mut set = JoinSet::new();
    /// set.insert(Builder::new().name("index").spawn(async { "indexed" }));
    /// assert_eq!(set.join_next().await.unwrap().unwrap(), "indexed");
    /// # });
    /// ```
    pub fn insert(&mut self, handle: JoinHandle<T>) -> AbortHandle {
        let abort = handle.abort_handle();
        self.handles.push(handle);
        abort
    }

    /// How many coroutines have not been joined.
    pub fn len(&self) -> usize {
        self.handles.len()
    }

    /// Whether every coroutine has been joined.
    pub fn is_empty(&self) -> bool {
        self.handles.is_empty()
    }

    /// Waits for the next coroutine to end; `None` if the set is empty.
    ///
    /// ```
    /// use glib_coro::task::JoinSet;
    ///
    /// # glib_coro::block_on(async {
    /// let mut set = JoinSet::new();
    /// for text in ["1", "2", "x"] {
    ///     set.spawn(async move { text.parse::<i32>().unwrap() });
    /// }
    /// let (mut sum, mut failed) = (0, 0);
    /// while let Some(joined) = set.join_next().await {
    ///     match joined {
    ///         Ok(number) => sum += number,
    ///         Err(_) => failed += 1, // the others go on
    ///     }
    /// }
    /// assert_eq!((sum, failed), (3, 1));
    /// # });
    /// ```
    ///
    /// # Errors
    ///
    /// [`JoinError`] if it was aborted or panicked.
    ///
    /// # Cancel safety
    ///
    /// No output is lost when the future is dropped.
    pub async fn join_next(&mut self) -> Option<Result<T, JoinError>> {
        poll_fn(|cx| self.poll_join_next(cx)).await
    }

    /// Polls for the next coroutine to end.
    pub fn poll_join_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<T, JoinError>>> {
        let joined = Pin::new(&mut self.handles).poll_next(cx);
        let joiner = current::id();
        if joined.is_pending() && self.joiner != joiner {
            // The set has moved: handles that are not woken are not polled again, so they would not know.
            self.joiner = joiner;
            for handle in &self.handles {
                handle.note_joiner(joiner);
            }
        }
        joined
    }

    /// Waits for all of them, and returns the outputs in the order in which they ended.
    ///
    /// ```
    /// use glib_coro::task::JoinSet;
    ///
    /// # glib_coro::block_on(async {
    /// let mut set = JoinSet::new();
    /// for word in ["to", "be", "or", "not"] {
    ///     set.spawn(async move { word.len() });
    /// }
    /// assert_eq!(set.join_all().await.iter().sum::<usize>(), 9);
    /// # });
    /// ```
    ///
    /// # Panics
    ///
    /// With the panic of the first coroutine that panics, or if one was aborted. The others are aborted
    /// then, as the set is dropped.
    pub async fn join_all(mut self) -> Vec<T> {
        let mut outputs = Vec::with_capacity(self.len());
        while let Some(joined) = self.join_next().await {
            match joined {
                Ok(output) => outputs.push(output),
                Err(error) => match error.try_into_panic() {
                    Ok(payload) => resume_unwind(payload),
                    Err(error) => panic!("cannot join all: {error}"),
                },
            }
        }
        outputs
    }

    /// Aborts all of them; [`join_next`](Self::join_next) then tells when each has ended.
    ///
    /// ```
    /// use glib_coro::task::JoinSet;
    ///
    /// # glib_coro::block_on(async {
    /// let mut set = JoinSet::new();
    /// for _ in 0..3 {
    ///     set.spawn(std::future::pending::<()>());
    /// }
    /// set.abort_all();
    /// while let Some(joined) = set.join_next().await {
    ///     assert!(joined.unwrap_err().is_cancelled());
    /// }
    /// # });
    /// ```
    pub fn abort_all(&self) {
        for handle in &self.handles {
            handle.abort();
        }
    }

    /// Aborts all of them and waits until they have ended.
    ///
    /// ```
    /// use std::rc::Rc;
    /// use glib_coro::task::JoinSet;
    ///
    /// # glib_coro::block_on(async {
    /// let file = Rc::new("an open file");
    /// let mut set = JoinSet::new();
    /// set.spawn({
    ///     let file = file.clone();
    ///     async move { std::future::pending::<&str>().await == *file }
    /// });
    /// set.shutdown().await;
    /// assert_eq!(Rc::strong_count(&file), 1); // the coroutine's reference is gone
    /// # });
    /// ```
    pub async fn shutdown(&mut self) {
        self.abort_all();
        while self.join_next().await.is_some() {}
    }

    /// Empties the set; the coroutines go on.
    ///
    /// ```
    /// use glib_coro::task::JoinSet;
    ///
    /// # glib_coro::block_on(async {
    /// let (sender, receiver) = std::sync::mpsc::channel();
    /// let mut set = JoinSet::new();
    /// set.spawn(async move { sender.send("saved").unwrap() });
    /// set.detach_all();
    /// drop(set); // aborts nothing now
    /// glib_coro::yield_now().await;
    /// assert_eq!(receiver.try_recv(), Ok("saved"));
    /// # });
    /// ```
    pub fn detach_all(&mut self) {
        self.handles = FuturesUnordered::new();
    }
}

impl<T: 'static> Default for JoinSet<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> Drop for JoinSet<T> {
    fn drop(&mut self) {
        for handle in &self.handles {
            handle.abort();
        }
    }
}

impl<T> fmt::Debug for JoinSet<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JoinSet")
            .field("len", &self.handles.len())
            .finish_non_exhaustive()
    }
}
