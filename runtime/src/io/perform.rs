//! One operation, tried until it does not block.

use std::borrow::Borrow;
use std::future::poll_fn;
use std::io;
use std::os::fd::BorrowedFd;
use std::task::{Context, Poll, ready};

use super::registrations::Registrations;
use crate::core::current::poll_proceed;
use crate::core::source::{Direction, Waiter};
use crate::runtime::is_current_or_none;

/// `io` is a `T` or a `&T`.
pub(super) async fn perform<T, I: Borrow<T>, R>(
    registrations: &Registrations,
    io: &mut I,
    descriptor: fn(&T) -> BorrowedFd<'_>,
    direction: Direction,
    mut op: impl FnMut(&mut I) -> io::Result<R>,
) -> io::Result<R> {
    poll_fn(poll_proceed).await;
    loop {
        let registration = registrations.get(|| descriptor((*io).borrow()))?;
        let (ready, tick) = registration.source.state(direction);
        if ready {
            match op(io) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    registration.source.clear(direction, tick);
                }
                result => return result,
            }
        }
        let mut waiter = Waiter::new(registration.source, direction, tick);
        poll_fn(|cx| {
            if is_current_or_none(&registration.core) {
                waiter.poll(cx)
            } else {
                // Polled on another runtime by now, so wait there.
                Poll::Ready(())
            }
        })
        .await;
    }
}

/// As `perform`, for those who poll.
pub(super) fn poll_perform<T, I: Borrow<T>, R>(
    registrations: &Registrations,
    io: &mut I,
    descriptor: fn(&T) -> BorrowedFd<'_>,
    direction: Direction,
    cx: &mut Context<'_>,
    mut op: impl FnMut(&mut I) -> io::Result<R>,
) -> Poll<io::Result<R>> {
    ready!(poll_proceed(cx));
    loop {
        let source = registrations.get(|| descriptor((*io).borrow()))?.source;
        let (ready, tick) = source.state(direction);
        if ready {
            match op(io) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    source.clear(direction, tick);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                result => return Poll::Ready(result),
            }
        }
        ready!(source.poll_event(direction, tick, cx));
    }
}
