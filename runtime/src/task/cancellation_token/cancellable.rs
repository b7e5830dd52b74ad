//! Tokens that follow a `gio::Cancellable`, and the other way round.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Weak};
use std::task::{Wake, Waker};

use gio::Cancellable;
use gio::prelude::*;
use glib::{SignalHandlerId, WeakRef};

use super::{CancellationToken, Node};
use crate::core::log_panic;

impl CancellationToken {
    /// A token that is cancelled when a `gio::Cancellable` is, or alone: like a child of it. Cancelling the token leaves the
    /// cancellable as it is.
    ///
    /// ```
    /// use glib_coro::gio::{self, prelude::*};
    /// use glib_coro::task::CancellationToken;
    ///
    /// # glib_coro::block_on(async {
    /// let cancellable = gio::Cancellable::new();
    /// let token = CancellationToken::from_cancellable(&cancellable);
    /// let worker = glib_coro::spawn(async move {
    ///     token.run_until_cancelled(std::future::pending::<()>()).await
    /// });
    /// cancellable.cancel();
    /// assert_eq!(worker.await.unwrap(), None);
    /// # });
    /// ```
    ///
    /// The cancellable may be cancelled on any thread, and is not kept alive. That a cancellable was
    /// reset does not bring a cancelled token back.
    pub fn from_cancellable(cancellable: &Cancellable) -> Self {
        let node = Arc::new_cyclic(|node: &Weak<Node>| {
            let node = node.clone();
            // A plain handler: disconnecting one that was connected with `g_cancellable_connect` waits until it has
            // returned, which is a deadlock if the token's last clone goes inside of it.
            let handler = cancellable.connect("cancelled", false, move |_| {
                // C is the caller, and the wakers are anybody's.
                let cancelled = catch_unwind(AssertUnwindSafe(|| {
                    if let Some(node) = node.upgrade() {
                        Self(node).cancel();
                    }
                }));
                if let Err(payload) = cancelled {
                    log_panic("a waker", payload);
                }
                None
            });
            let mut follower = Node::new(false, None);
            follower.upstream = Some(Upstream {
                cancellable: cancellable.downgrade(),
                handler: Some(handler),
            });
            follower
        });
        let token = Self(node);
        // Before the handler was connected, or before it could find the token.
        if cancellable.is_cancelled() {
            token.cancel();
        }
        token
    }

    /// A `gio::Cancellable` that is cancelled when the token is, or alone: like a child of it. Cancelling it leaves the token as
    /// it is.
    ///
    /// ```
    /// use glib_coro::gio::{self, prelude::*};
    /// use glib_coro::task::CancellationToken;
    ///
    /// let token = CancellationToken::new();
    /// let cancellable = token.child_token().to_cancellable();
    /// assert!(!cancellable.is_cancelled());
    /// token.cancel();
    /// assert!(cancellable.is_cancelled());
    /// ```
    ///
    /// The handlers of its signal `cancelled` run inside [`cancel`](Self::cancel), on that thread. The cancellable keeps the token
    /// alive, and not the other way round.
    ///
    /// gio's `_future()` calls have a cancellable of their own, which is cancelled when the future is dropped: for those
    /// [`run_until_cancelled`](Self::run_until_cancelled) is enough.
    pub fn to_cancellable(&self) -> Cancellable {
        let cancellable = Cancellable::new();
        let waker = Waker::from(Arc::new(Downstream(cancellable.downgrade())));
        let slot = {
            let mut state = self.0.state.lock();
            // Asked under the lock: afterwards nobody looks at the waiters any more.
            (!self.is_cancelled()).then(|| state.waiters.insert(waker))
        };
        match slot {
            None => cancellable.cancel(),
            Some(slot) => {
                let node = self.0.clone();
                // Dropping what is returned does not take the notification back.
                drop(cancellable.add_weak_ref_notify(move || {
                    // Gone already if the token was cancelled.
                    let waker = node.state.lock().waiters.try_remove(slot);
                    drop(waker);
                }));
            }
        }
        cancellable
    }
}

/// The cancellable that a token follows.
pub(super) struct Upstream {
    cancellable: WeakRef<Cancellable>,
    handler: Option<SignalHandlerId>,
}

impl Drop for Upstream {
    fn drop(&mut self) {
        if let (Some(cancellable), Some(handler)) =
            (self.cancellable.upgrade(), self.handler.take())
        {
            cancellable.disconnect(handler);
        }
    }
}

/// Cancels the cancellable that follows a token.
struct Downstream(WeakRef<Cancellable>);

impl Wake for Downstream {
    fn wake(self: Arc<Self>) {
        if let Some(cancellable) = self.0.upgrade() {
            cancellable.cancel();
        }
    }
}
