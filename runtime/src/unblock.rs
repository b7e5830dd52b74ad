//! Work that blocks, on threads of its own.

mod pool;

use std::fmt;
use std::future::Future;
use std::panic::{AssertUnwindSafe, Location, catch_unwind, resume_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker, ready};

use crate::core::blocking::{self, BlockingGuard};
use crate::core::current;
use crate::core::lock::Lock;
use crate::core::outcome::{Failure, Outcome};
use crate::core::reactor::wake_all;

/// Runs a function that blocks (file access, name resolution, a long computation) on a thread of its own,
/// and waits for what it returns without blocking the loop.
///
/// The function starts at once, before the future is first polled. It runs on one of up to 256 threads
/// that all runtimes of the process share; while all are busy, further functions wait for one, in order.
/// A thread ends after five seconds without work. A function that still runs when the program ends is
/// cut off there.
///
/// ```
/// # fn main() -> std::io::Result<()> { glib_coro::block_on(async {
/// let mounts = glib_coro::unblock(|| std::fs::read_to_string("/proc/mounts")).await?;
/// assert!(mounts.contains("proc"));
/// # Ok(()) }) }
/// ```
///
/// The future works on any executor. A blocking function cannot be stopped, only left alone:
/// [`timeout`](crate::timeout()) ends the wait for it and not the function.
///
/// # Panics
///
/// A panic of the function resumes in whoever awaits the future. If the future was dropped, the panic
/// reaches the [unhandled-error hook](crate::runtime::Builder::on_unhandled) of the runtime in which
/// `unblock` was called.
///
/// `unblock` itself panics if the system refuses even one thread.
///
/// # Cancel safety
///
/// Dropping the future detaches the function: it runs to its end and what it returns is dropped, on its
/// thread.
#[track_caller]
pub fn unblock<T, F>(function: F) -> Unblock<T>
where
    F: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    let location = Location::caller();
    let core = current::core();
    let guard = core.as_ref().map(BlockingGuard::new);
    let slot = Arc::new(Lock::new(State::Running(None)));
    let future = Unblock { slot: slot.clone() };
    let submitted = pool::submit(Box::new(move || {
        let result = catch_unwind(AssertUnwindSafe(function));
        let outcome = blocking::outcome(result, core, location);
        let mut wakers = Vec::from_iter(deliver(&slot, outcome));
        wake_all(&mut wakers);
        drop(slot);
        // The job counts as under way until whoever waits for it has been woken.
        drop(guard);
    }));
    if let Err(error) = submitted {
        panic!("the system refuses a thread for blocking work: {error}");
    }
    future
}

/// Puts the outcome where the future finds it. If the future is gone, the outcome is dropped here.
fn deliver<T>(slot: &Lock<State<T>>, outcome: Outcome<T>) -> Option<Waker> {
    let mut state = slot.lock();
    if matches!(*state, State::Gone) {
        drop(state);
        drop(outcome);
        return None;
    }
    match std::mem::replace(&mut *state, State::Done(outcome)) {
        State::Running(waker) => waker,
        State::Done(_) | State::Gone => unreachable!("a job ends once"),
    }
}

/// The future of [`unblock`].
#[must_use = "the function runs all the same, but what it returns is lost unless the future is awaited"]
pub struct Unblock<T> {
    slot: Arc<Lock<State<T>>>,
}

enum State<T> {
    /// The function waits for a thread or runs. The waker is the one of the latest poll.
    Running(Option<Waker>),
    Done(Outcome<T>),
    /// The outcome has been taken, or the future dropped.
    Gone,
}

impl<T> Future for Unblock<T> {
    type Output = T;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        let waker = cx.waker().clone();
        let mut state = self.slot.lock();
        if let State::Running(place) = &mut *state {
            let displaced = place.replace(waker);
            drop(state);
            drop(displaced);
            return Poll::Pending;
        }
        drop(state);
        // Functions that have always returned by the time that they are awaited must not keep the others from running.
        ready!(current::poll_proceed(cx));
        let done = std::mem::replace(&mut *self.slot.lock(), State::Gone);
        let State::Done(outcome) = done else {
            panic!("`Unblock` polled after it was ready");
        };
        match outcome.into_result() {
            Ok(output) => Poll::Ready(output),
            Err(Failure::Panicked(payload)) => resume_unwind(payload),
            Err(Failure::Cancelled) => unreachable!("nothing cancels a blocking job"),
        }
    }
}

impl<T> Drop for Unblock<T> {
    fn drop(&mut self) {
        let state = std::mem::replace(&mut *self.slot.lock(), State::Gone);
        drop(state);
    }
}

impl<T> fmt::Debug for Unblock<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_done = !matches!(*self.slot.lock(), State::Running(_));
        f.debug_struct("Unblock")
            .field("is_done", &is_done)
            .finish()
    }
}
