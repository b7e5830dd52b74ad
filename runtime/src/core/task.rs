//! A coroutine: the future as async-task holds it, and the table of those alive.

use std::future::Future;
use std::panic::{AssertUnwindSafe, Location, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker, ready};

use pin_project_lite::pin_project;
use slab::Slab;

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
    pub(crate) slot: u32,
    pub(crate) priority: Priority,
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
        core: Arc<Core>,
        id: Id,
        slot: u32,
        span: Span,
    }
}

impl<F: Future> Coroutine<F> {
    pub(super) fn new(
        meta: &Meta,
        future: F,
        report: Option<Report<F::Output>>,
        span: Span,
    ) -> Self {
        Self {
            future: Some(future),
            report,
            core: meta.core.clone(),
            id: meta.id,
            slot: meta.slot,
            span,
        }
    }
}

impl<F: Future> Future for Coroutine<F> {
    type Output = Outcome<F::Output>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        // Asked now and not before: from here on a wake, which follows the mark, schedules another poll.
        let is_aborted = this.core.is_aborted(*this.slot, *this.id);
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
        let result = match polled {
            Ok(Poll::Pending) => return Poll::Pending,
            Ok(Poll::Ready(())) => output.ok_or(Failure::Cancelled),
            Err(first) => {
                discard(output);
                let span = this.span.take();
                // What panicked was the poll, or the destructor, which then has nothing left to drop.
                let dropped = catch_unwind(AssertUnwindSafe(move || {
                    // Goes in here, however this ends.
                    let span = span;
                    span.in_scope(|| this.future.set(None));
                }));
                // Of two panics the first is told, like std does.
                dropped.unwrap_or_else(discard);
                Err(Failure::Panicked(first))
            }
        };
        let outcome = Outcome::new(result, *this.report, || {
            this.core.describe(*this.slot, *this.id)
        });
        current::finish();
        Poll::Ready(outcome)
    }
}

/// Every coroutine that has been spawned and has not ended.
#[derive(Debug, Default)]
pub(super) struct Table {
    entries: Slab<Entry>,
    /// Set when the runtime ends; nothing is added from then on.
    pub(super) closed: bool,
    pub(super) spawned: u64,
    /// Whoever waits for the table to run empty; woken each time that a coroutine ends.
    pub(super) drained: Option<Waker>,
    pub(super) peak: usize,
}

#[derive(Debug)]
pub(super) struct Entry {
    pub(super) id: Id,
    pub(super) name: Option<Name>,
    pub(super) location: &'static Location<'static>,
    waker: Waker,
    pub(super) aborted: bool,
    /// The coroutine that awaits this one's handle, written by the handle.
    pub(super) joiner: Option<Id>,
}

impl Table {
    /// The slot that the next [`insert`](Self::insert) fills.
    pub(super) fn next_slot(&self) -> u32 {
        self.entries.vacant_key() as u32
    }

    pub(super) fn insert(&mut self, id: Id, spec: Spec, waker: Waker) {
        self.entries.insert(Entry {
            id,
            name: spec.name,
            location: spec.location,
            waker,
            aborted: false,
            joiner: None,
        });
        self.spawned += 1;
        self.peak = self.peak.max(self.entries.len());
    }

    pub(super) fn get(&self, slot: u32, id: Id) -> Option<&Entry> {
        self.entries
            .get(slot as usize)
            .filter(|entry| entry.id == id)
    }

    pub(super) fn get_mut(&mut self, slot: u32, id: Id) -> Option<&mut Entry> {
        self.entries
            .get_mut(slot as usize)
            .filter(|entry| entry.id == id)
    }

    /// Every coroutine with its slot.
    pub(super) fn iter(&self) -> impl Iterator<Item = (u32, &Entry)> {
        self.entries
            .iter()
            .map(|(slot, entry)| (slot as u32, entry))
    }

    /// Marks a coroutine; `None` when it has ended or is marked already. The waker is to be called.
    pub(super) fn abort(&mut self, slot: u32, id: Id) -> Option<Waker> {
        let entry = self
            .entries
            .get_mut(slot as usize)
            .filter(|entry| entry.id == id && !entry.aborted)?;
        entry.aborted = true;
        Some(entry.waker.clone())
    }

    /// Marks every coroutine. The wakers are to be called.
    pub(super) fn abort_all(&mut self) -> Vec<Waker> {
        self.entries
            .iter_mut()
            .filter(|(_, entry)| !entry.aborted)
            .map(|(_, entry)| {
                entry.aborted = true;
                entry.waker.clone()
            })
            .collect()
    }

    /// Removes a coroutine that has ended. The entry is dropped outside the lock.
    pub(super) fn remove(&mut self, slot: u32) -> Entry {
        self.entries.remove(slot as usize)
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }
}
