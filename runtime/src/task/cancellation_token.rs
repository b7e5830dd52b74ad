//! Telling coroutines to stop, so that they can clean up.

#[cfg(feature = "gio")]
mod cancellable;

use std::fmt;
use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};
use std::task::{Context, Poll, Waker};

use futures_util::future::{Either, select};
use slab::Slab;

use crate::core::lock::Lock;
use crate::core::reactor::wake_all;

/// A flag that asks coroutines to stop, and that they can wait for.
///
/// Tokens can have [children](Self::child_token). Cancelling a token cancels its children and their children, never its
/// parent. A clone is the same token. All methods can be called on any thread.
///
/// ```
/// use glib_coro::task::CancellationToken;
///
/// # glib_coro::block_on(async {
/// let token = CancellationToken::new();
/// let worker = glib_coro::spawn({
///     let token = token.child_token();
///     async move {
///         token.cancelled().await;
///         "cleaned up" // with awaits, if need be
///     }
/// });
/// token.cancel();
/// assert_eq!(worker.await.unwrap(), "cleaned up");
/// # });
/// ```
#[derive(Clone)]
pub struct CancellationToken(Arc<Node>);

struct Node {
    /// Written under the lock of `state`, read without.
    cancelled: AtomicBool,
    state: Lock<State>,
    /// Who cancels this one, and the slot there.
    parent: Option<(Arc<Node>, usize)>,
    #[cfg(feature = "gio")]
    upstream: Option<cancellable::Upstream>,
}

#[derive(Default)]
struct State {
    /// Emptied when the token is cancelled, and not filled again.
    children: Slab<Weak<Node>>,
    waiters: Slab<Waker>,
}

impl CancellationToken {
    /// A token without a parent.
    ///
    /// ```
    /// use glib_coro::task::CancellationToken;
    ///
    /// let token = CancellationToken::new();
    /// let same = token.clone();
    /// token.cancel();
    /// assert!(same.is_cancelled());
    /// ```
    pub fn new() -> Self {
        Self(Arc::new(Node::new(false, None)))
    }

    /// A child: a token that is cancelled with this one, and can also be cancelled alone.
    ///
    /// ```
    /// use glib_coro::task::CancellationToken;
    ///
    /// let program = CancellationToken::new();
    /// let (first, second) = (program.child_token(), program.child_token()); // one per window
    /// first.cancel();
    /// assert!(!program.is_cancelled() && !second.is_cancelled());
    /// program.cancel();
    /// assert!(second.is_cancelled());
    /// ```
    pub fn child_token(&self) -> Self {
        let mut state = self.0.state.lock();
        if self.is_cancelled() {
            return Self(Arc::new(Node::new(true, None)));
        }
        let slot = state.children.vacant_key();
        let parent = Some((self.0.clone(), slot));
        let child = Arc::new(Node::new(false, parent));
        state.children.insert(Arc::downgrade(&child));
        Self(child)
    }

    /// Cancels the token and its children. No effect if it is cancelled already.
    pub fn cancel(&self) {
        let mut nodes = vec![self.0.clone()];
        while let Some(node) = nodes.pop() {
            let State { children, waiters } = {
                let mut state = node.state.lock();
                node.cancelled.store(true, Ordering::Release);
                std::mem::take(&mut *state)
            };
            nodes.extend(children.iter().filter_map(|(_, child)| child.upgrade()));
            wake_all(&mut waiters.into_iter().map(|(_, waiter)| waiter).collect());
        }
    }

    /// Whether the token is cancelled.
    pub fn is_cancelled(&self) -> bool {
        self.0.cancelled.load(Ordering::Acquire)
    }

    /// Waits until the token is cancelled.
    ///
    /// ```
    /// use std::time::Duration;
    /// use futures_util::FutureExt;
    /// use glib_coro::{select, sleep, task::CancellationToken};
    ///
    /// # glib_coro::block_on(async {
    /// let token = CancellationToken::new();
    /// let cancelled = token.cancelled();
    /// let updates = glib_coro::spawn(async {
    ///     select! {
    ///         () = cancelled.fuse() => "stopped",
    ///         () = sleep(Duration::from_secs(3600)).fuse() => "look for updates",
    ///     }
    /// });
    /// token.cancel();
    /// assert_eq!(updates.await.unwrap(), "stopped");
    /// # });
    /// ```
    ///
    /// # Cancel safety
    ///
    /// Dropping the future has no effect.
    pub fn cancelled(&self) -> Cancelled {
        Cancelled {
            node: self.0.clone(),
            slot: None,
        }
    }

    /// Runs a future until it is done or the token is cancelled. Returns `None` if the token was cancelled; the
    /// future has been dropped then. If both happen at the same moment, the future's output is returned.
    ///
    /// ```
    /// # use glib_coro::task::CancellationToken;
    /// # glib_coro::block_on(async {
    /// let token = CancellationToken::new();
    /// assert_eq!(token.run_until_cancelled(async { 1 }).await, Some(1));
    /// token.cancel();
    /// assert_eq!(token.run_until_cancelled(std::future::pending::<()>()).await, None);
    /// # });
    /// ```
    ///
    /// # Cancel safety
    ///
    /// Dropping it drops the future; the rest is up to that.
    pub async fn run_until_cancelled<F: Future>(&self, future: F) -> Option<F::Output> {
        match select(pin!(future), self.cancelled()).await {
            Either::Left((output, _)) => Some(output),
            Either::Right(_) => None,
        }
    }

    /// A guard that cancels the token when it is dropped.
    ///
    /// ```
    /// use glib_coro::task::CancellationToken;
    ///
    /// # glib_coro::block_on(async {
    /// let token = CancellationToken::new();
    /// let helper = glib_coro::spawn(token.cancelled());
    /// {
    ///     let _guard = token.drop_guard();
    ///     // The helper ends with this block, also if a `?` leaves it early.
    /// }
    /// assert!(helper.await.is_ok());
    /// # });
    /// ```
    pub fn drop_guard(self) -> DropGuard {
        DropGuard(Some(self))
    }
}

impl Node {
    fn new(cancelled: bool, parent: Option<(Arc<Self>, usize)>) -> Self {
        Self {
            cancelled: AtomicBool::new(cancelled),
            state: Lock::default(),
            parent,
            #[cfg(feature = "gio")]
            upstream: None,
        }
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        let mut ancestor = self.parent.take();
        // Not by recursion: a token may be the child of a child of a child ..
        while let Some((parent, slot)) = ancestor {
            // Gone already if the parent was cancelled.
            let _ = parent.state.lock().children.try_remove(slot);
            ancestor = Arc::into_inner(parent).and_then(|mut node| node.parent.take());
        }
    }
}

impl Default for CancellationToken {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for CancellationToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CancellationToken")
            .field("is_cancelled", &self.is_cancelled())
            .finish_non_exhaustive()
    }
}

/// The future of [`CancellationToken::cancelled`]. It keeps the token alive.
#[must_use = "futures do nothing unless you `.await` them"]
pub struct Cancelled {
    node: Arc<Node>,
    slot: Option<usize>,
}

impl Future for Cancelled {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = &mut *self;
        let waker = cx.waker().clone();
        let mut state = this.node.state.lock();
        if this.node.cancelled.load(Ordering::Acquire) {
            this.slot = None;
            return Poll::Ready(());
        }
        let displaced = match this.slot {
            Some(slot) => Some(std::mem::replace(&mut state.waiters[slot], waker)),
            None => {
                this.slot = Some(state.waiters.insert(waker));
                None
            }
        };
        drop(state);
        drop(displaced);
        Poll::Pending
    }
}

impl Drop for Cancelled {
    fn drop(&mut self) {
        if let Some(slot) = self.slot {
            // Gone already if the token was cancelled.
            let waker = self.node.state.lock().waiters.try_remove(slot);
            drop(waker);
        }
    }
}

impl fmt::Debug for Cancelled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cancelled").finish_non_exhaustive()
    }
}

/// Cancels a token when it is dropped.
#[derive(Debug)]
#[must_use = "the token is cancelled when this is dropped"]
pub struct DropGuard(Option<CancellationToken>);

impl DropGuard {
    /// Gives the token back, uncancelled.
    ///
    /// ```
    /// use glib_coro::task::CancellationToken;
    ///
    /// let guard = CancellationToken::new().drop_guard();
    /// let token = guard.disarm(); // all went well
    /// assert!(!token.is_cancelled());
    /// ```
    pub fn disarm(mut self) -> CancellationToken {
        self.0.take().expect("taken here only")
    }
}

impl Drop for DropGuard {
    fn drop(&mut self) {
        if let Some(token) = &self.0 {
            token.cancel();
        }
    }
}
