//! From handlers, which C calls on any thread, to the one coroutine that waits.

use std::collections::VecDeque;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::task::{Context, Poll, Waker, ready};

use crate::core::current::poll_proceed;
use crate::core::lock::Lock;
use crate::core::log_panic;

/// A queue without a bound; `limit` closes it after so many messages.
pub(crate) fn mailbox<T>(limit: usize) -> (Sender<T>, Receiver<T>) {
    let mailbox = Arc::new(Mailbox(Lock::new(State {
        messages: VecDeque::new(),
        left: limit,
        ended: false,
        waker: None,
    })));
    (Sender(mailbox.clone()), Receiver(mailbox))
}

struct Mailbox<T>(Lock<State<T>>);

struct State<T> {
    messages: VecDeque<T>,
    /// How many more messages are wanted. Zero once the receiver is gone.
    left: usize,
    /// The sender is gone.
    ended: bool,
    waker: Option<Waker>,
}

/// Lies in a handler, and is dropped with it: by whoever disconnects it or disposes of the object.
pub(crate) struct Sender<T>(Arc<Mailbox<T>>);

impl<T> Sender<T> {
    /// Whether a message would be kept.
    pub(crate) fn is_wanted(&self) -> bool {
        self.0.0.lock().left > 0
    }

    pub(crate) fn send(&self, message: T) {
        let mut state = self.0.0.lock();
        if state.left == 0 {
            drop(state);
            drop(message);
            return;
        }
        state.left -= 1;
        state.messages.push_back(message);
        let waker = state.waker.take();
        drop(state);
        wake(waker);
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        let mut state = self.0.0.lock();
        state.ended = true;
        let waker = state.waker.take();
        drop(state);
        wake(waker);
    }
}

/// C is the caller, into which nothing may unwind, and the waker may be anybody's.
fn wake(waker: Option<Waker>) {
    let Some(waker) = waker else { return };
    if let Err(payload) = catch_unwind(AssertUnwindSafe(|| waker.wake())) {
        log_panic("a waker", payload);
    }
}

/// Lies in the future or stream.
pub(crate) struct Receiver<T>(Arc<Mailbox<T>>);

impl<T> Receiver<T> {
    /// The next message; `None` when the sender is gone and all its messages have been taken.
    pub(crate) fn poll_next(&self, cx: &mut Context<'_>) -> Poll<Option<T>> {
        let mut waker = None;
        loop {
            let mut state = self.0.0.lock();
            if !state.messages.is_empty() {
                drop(state);
                // A handler that is called all the time must not keep the others from running.
                ready!(poll_proceed(cx));
                return Poll::Ready(self.0.0.lock().messages.pop_front());
            }
            if state.ended {
                return Poll::Ready(None);
            }
            if state
                .waker
                .as_ref()
                .is_some_and(|w| w.will_wake(cx.waker()))
            {
                return Poll::Pending;
            }
            let Some(waker) = waker.take() else {
                // Cloned outside the lock, which somebody else may take meanwhile.
                drop(state);
                waker = Some(cx.waker().clone());
                continue;
            };
            let displaced = state.waker.replace(waker);
            drop(state);
            drop(displaced);
            return Poll::Pending;
        }
    }
}

impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        let mut state = self.0.0.lock();
        state.left = 0;
        let messages = std::mem::take(&mut state.messages);
        let waker = state.waker.take();
        drop(state);
        drop(messages);
        drop(waker);
    }
}

impl<T> fmt::Debug for Receiver<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.0.0.lock();
        f.debug_struct("Receiver")
            .field("buffered", &state.messages.len())
            .field("ended", &state.ended)
            .finish_non_exhaustive()
    }
}
