//! How `block_on` lends a future that borrows to a core that wants `'static`.

#![allow(
    unsafe_code,
    reason = "the lifetime of the root future, see the one block below"
)]

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::panic::{Location, resume_unwind};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use super::Inner;
use crate::core::Core;
use crate::core::current::{Lent, actor, enter};
use crate::event_loop::EventLoop;
use crate::task::{self, Id, JoinHandle};

type Root<'a> = Pin<Box<dyn Future<Output = ()> + 'a>>;

/// Where the lent future lies. The lender empties it before it returns.
type Loan = Rc<RefCell<Option<Root<'static>>>>;

/// The coroutine that polls the lent future.
struct Borrower {
    loan: Loan,
    core: Arc<Core>,
    caller: Option<Id>,
}

impl Future for Borrower {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut loan = self.loan.borrow_mut();
        let Some(root) = loan.as_mut() else {
            return Poll::Ready(());
        };
        let _lent = Lent::by(self.caller);
        let polled = root.as_mut().poll(cx);
        if polled.is_ready() {
            // `block_on` is to return now, not when the budget is used up.
            self.core.interrupt();
        }
        polled
    }
}

/// Takes the future back, however the lender is left.
struct Lender(Loan);

impl Drop for Lender {
    fn drop(&mut self) {
        let root = self.0.borrow_mut().take();
        drop(root);
    }
}

/// One `block_on` that runs.
struct Level<'a>(&'a Cell<usize>);

impl<'a> Level<'a> {
    fn new(inner: &'a Inner) -> Self {
        inner.blocking.set(inner.blocking.get() + 1);
        Self(&inner.blocking)
    }

    fn is_outermost(&self) -> bool {
        self.0.get() == 1
    }
}

impl Drop for Level<'_> {
    fn drop(&mut self) {
        self.0.set(self.0.get() - 1);
    }
}

/// Runs the loop until `future` is done, as the coroutine that `builder` describes.
#[track_caller]
pub(super) fn run<F: Future>(inner: &Inner, builder: task::Builder, future: F) -> F::Output {
    let output = Cell::new(None);
    run_root(
        inner,
        builder,
        Box::pin(async { output.set(Some(future.await)) }),
    );
    match output.into_inner() {
        Some(output) => output,
        None => unreachable!("a borrower that is done has polled the future to its end"),
    }
}

/// All that need not be compiled for each future.
#[track_caller]
fn run_root(inner: &Inner, builder: task::Builder, root: Root<'_>) {
    #[cfg(feature = "tokio")]
    crate::compat::tokio::warn_if_inside(&inner.core);
    let level = Level::new(inner);
    // SAFETY: only the lifetime changes. The future is reachable through the loan alone, and `Lender`
    // takes it out before this function returns or unwinds, so before anything it borrows ends: all of
    // that, the place of the output included, is the caller's and outlives this call. Should
    // it be in the middle of a poll then, `borrow_mut` panics instead: but a poll lies further up on the
    // stack than this frame, so it is over when this frame is left. Wakers refer to the task, which
    // finds the loan empty.
    let root: Root<'static> = unsafe { std::mem::transmute::<Root<'_>, Root<'static>>(root) };
    let loan: Loan = Rc::new(RefCell::new(Some(root)));
    let lender = Lender(loan.clone());

    let spec = builder.into_spec(Location::caller());
    let borrower = Borrower {
        loan,
        core: inner.core.clone(),
        caller: actor(),
    };
    let mut handle = JoinHandle::spawn_local(&inner.core, &spec, None, borrower);
    {
        let core = &inner.core;
        let _entered = enter(core);
        let done = || handle.is_finished() || core.is_orphaned() || core.is_condemned();
        if let Err(error) = inner.event_loop.run_until(&done) {
            panic!("cannot block on a future here: {error}");
        }
        if core.is_orphaned() {
            core.close();
        }
    }
    let joined = Pin::new(&mut handle).poll(&mut Context::from_waker(Waker::noop()));
    drop(lender);
    if inner.core.is_condemned() {
        if level.is_outermost()
            && let Some(payload) = inner.core.take_verdict()
        {
            resume_unwind(payload);
        }
        // Not with the verdict itself, which would end the coroutine around this and nothing more.
        resume_unwind(Box::new(
            "a coroutine panicked or failed, nobody looked, and `end_on_unhandled` is set",
        ));
    }
    match joined {
        Poll::Ready(Ok(())) => {}
        Poll::Ready(Err(error)) => match error.try_into_panic() {
            Ok(payload) => resume_unwind(payload),
            Err(_) => panic!("the runtime ended before the future was done"),
        },
        Poll::Pending => panic!("the event loop stopped before the future was done"),
    }
}
