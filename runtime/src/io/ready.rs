//! The futures that wait for an [`Async`].

use std::fmt;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use super::Async;
use crate::core::Core;
use crate::core::current::is_innermost_or_none;
use crate::core::source::{Direction, Waiter};

/// A wait that has begun, and the runtime that ends it.
pub(super) type Wait = (Arc<Core>, Waiter);

/// The future of [`Async::readable`] and [`Async::writable`].
#[must_use = "futures do nothing unless you `.await` them"]
pub struct Ready<'a, T> {
    io: &'a Async<T>,
    direction: Direction,
    wait: Option<Wait>,
}

impl<'a, T> Ready<'a, T> {
    pub(super) fn new(io: &'a Async<T>, direction: Direction) -> Self {
        Self {
            io,
            direction,
            wait: None,
        }
    }
}

impl<T> Future for Ready<'_, T> {
    type Output = io::Result<()>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        poll(this.io, this.direction, &mut this.wait, cx)
    }
}

/// The future of [`Async::readable_owned`] and [`Async::writable_owned`].
#[must_use = "futures do nothing unless you `.await` them"]
pub struct ReadyOwned<T> {
    io: Arc<Async<T>>,
    direction: Direction,
    wait: Option<Wait>,
}

impl<T> ReadyOwned<T> {
    pub(super) fn new(io: Arc<Async<T>>, direction: Direction) -> Self {
        Self {
            io,
            direction,
            wait: None,
        }
    }
}

impl<T> Future for ReadyOwned<T> {
    type Output = io::Result<()>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        poll(&this.io, this.direction, &mut this.wait, cx)
    }
}

fn poll<T>(
    io: &Async<T>,
    direction: Direction,
    wait: &mut Option<Wait>,
    cx: &mut Context<'_>,
) -> Poll<io::Result<()>> {
    loop {
        if let Some((core, waiter)) = wait {
            if is_innermost_or_none(core) {
                ready!(waiter.poll(cx));
                if !waiter.source().is_dead() {
                    *wait = None;
                    return Poll::Ready(Ok(()));
                }
            }
            // Polled on another runtime by now, or its own has ended: wait with the current one.
            *wait = None;
        }
        *wait = Some(io.rearmed_wait(direction)?);
    }
}

impl<T: fmt::Debug> fmt::Debug for Ready<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ready")
            .field("io", self.io)
            .field("direction", &self.direction)
            .finish_non_exhaustive()
    }
}

impl<T: fmt::Debug> fmt::Debug for ReadyOwned<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReadyOwned")
            .field("io", &self.io)
            .field("direction", &self.direction)
            .finish_non_exhaustive()
    }
}
