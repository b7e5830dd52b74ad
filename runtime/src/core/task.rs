//! A coroutine: the future as async-task holds it, and what travels with it.

use std::future::Future;
use std::panic::{AssertUnwindSafe, Location, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::task::{Context, Poll, ready};

use pin_project_lite::pin_project;

use super::Core;
use super::current;
use super::id::Id;
use super::name::Name;
use super::outcome::{Failure, Outcome, Report, discard};
use super::priority::Priority;
use super::span::Span;

/// What the queues hold: a coroutine that is ready to be polled.
pub(super) type Runnable = async_task::Runnable<Meta>;
/// What a join handle holds.
pub(crate) type Task<T> = async_task::Task<Outcome<T>, Meta>;

/// Travels with every runnable.
#[derive(Debug)]
pub(crate) struct Meta {
    pub(crate) core: Arc<Core>,
    pub(crate) id: Id,
    /// Where it stands in the table: set by the owner thread, which is the spawner or accepts what another one spawned.
    slot: AtomicU32,
    pub(crate) priority: Priority,
    pub(crate) name: Option<Name>,
    pub(crate) memory: Memory,
}

/// What a join handle remembers, of which there is one. Here, as a handle of two words travels in registers.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    /// Introspection was told who waits.
    pub(crate) is_awaited: AtomicBool,
    /// The output has been taken.
    pub(crate) is_taken: AtomicBool,
}

/// The slot of a coroutine that another thread spawned and the owner has not seen yet.
pub(super) const UNKNOWN_SLOT: u32 = u32::MAX;

impl Meta {
    #[inline]
    pub(super) fn new(core: Arc<Core>, id: Id, slot: u32, spec: &Spec) -> Self {
        Self {
            core,
            id,
            slot: AtomicU32::new(slot),
            priority: spec.priority,
            name: spec.name.clone(),
            memory: Memory::default(),
        }
    }

    #[inline]
    pub(crate) fn slot(&self) -> u32 {
        // Nothing else is published with it: who reads it too early looks the coroutine up by its number.
        self.slot.load(Ordering::Relaxed)
    }

    pub(super) fn set_slot(&self, slot: u32) {
        self.slot.store(slot, Ordering::Relaxed);
    }
}

/// What a coroutine is spawned with.
#[derive(Clone, Debug)]
pub(crate) struct Spec {
    pub(crate) name: Option<Name>,
    pub(crate) location: &'static Location<'static>,
    pub(crate) priority: Priority,
}

pin_project! {
    /// The future inside a task. It never panics and, once it has returned `Ready`, holds nothing: an
    /// async-task future that panics, or is dropped full on another thread, would abort the process.
    pub(super) struct Coroutine<F: Future> {
        #[pin]
        future: Option<F>,
        report: Option<Report<F::Output>>,
        // It has waited, and the table has its waker.
        is_wakeable: bool,
        span: Span,
    }
}

impl<F: Future> Coroutine<F> {
    #[inline]
    pub(super) fn new(future: F, report: Option<Report<F::Output>>, span: Span) -> Self {
        Self {
            future: Some(future),
            report,
            is_wakeable: false,
            span,
        }
    }
}

impl<F: Future> Future for Coroutine<F> {
    type Output = Outcome<F::Output>;

    // Nearly every coroutine ends by the first arm, whose result stays in registers as what is rare is apart.
    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        let is_aborted = current::is_aborted();
        let mut output = None;
        let polled = catch_unwind(AssertUnwindSafe(|| {
            ready!(this.span.in_scope(|| {
                if !is_aborted && let Some(future) = this.future.as_mut().as_pin_mut() {
                    output = Some(ready!(future.poll(cx)));
                }
                this.future.set(None);
                Poll::Ready(())
            }));
            this.span.close();
            Poll::Ready(())
        }));
        match (polled, output) {
            (Ok(Poll::Ready(())), Some(output))
                if this
                    .report
                    .is_none_or(|error_of| error_of(&output).is_none()) =>
            {
                current::finish();
                Poll::Ready(Outcome::output(output))
            }
            (Ok(Poll::Pending), _) => {
                if !std::mem::replace(this.is_wakeable, true) {
                    current::waits(cx.waker());
                }
                Poll::Pending
            }
            (polled, output) => {
                let result = match polled {
                    Ok(_) => output.ok_or(Failure::Cancelled),
                    Err(payload) => {
                        discard(output);
                        end_of_panic(this.future, this.span);
                        Err(Failure::Panicked(payload))
                    }
                };
                Poll::Ready(end(result, *this.report))
            }
        }
    }
}

/// Drops the future that panicked. What panicked was the poll, or the destructor, which then has nothing left to drop.
#[cold]
fn end_of_panic<F>(mut future: Pin<&mut Option<F>>, span: &mut Span) {
    let span = span.take();
    let dropped = catch_unwind(AssertUnwindSafe(move || {
        // Goes in here, however this ends.
        let span = span;
        span.in_scope(|| future.set(None));
    }));
    // Of two panics the first is told, like std does.
    dropped.unwrap_or_else(discard);
}

#[cold]
fn end<T>(result: Result<T, Failure>, report: Option<Report<T>>) -> Outcome<T> {
    let outcome = Outcome::new(result, report, current::describe);
    current::finish();
    outcome
}
