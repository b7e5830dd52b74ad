//! One operation, tried until it does not block.

use std::borrow::Borrow;
use std::future::poll_fn;
use std::io;
use std::os::fd::BorrowedFd;
use std::task::{Context, Poll, ready};

use super::registrations::Registrations;
use crate::core::current::{is_innermost_or_none, poll_proceed};
use crate::core::source::{Direction, Waiter};

/// What is operated on. `I` is a `T` or a `&T`.
pub(super) struct Target<'a, T, I> {
    pub(super) registrations: &'a Registrations,
    pub(super) io: &'a mut I,
    pub(super) descriptor: fn(&T) -> BorrowedFd<'_>,
    pub(super) direction: Direction,
}

impl<T, I: Borrow<T>> Target<'_, T, I> {
    pub(super) async fn perform<R>(
        self,
        mut op: impl FnMut(&mut I) -> io::Result<R>,
    ) -> io::Result<R> {
        poll_fn(poll_proceed).await;
        let direction = self.direction;
        loop {
            let registration = self
                .registrations
                .get(|| (self.descriptor)((*self.io).borrow()))?;
            let (ready, tick) = registration.source.state(direction);
            if ready {
                match op(self.io) {
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                        registration.source.clear(direction, tick);
                    }
                    result => return result,
                }
            }
            let mut waiter = Waiter::new(registration.source.clone(), direction, tick);
            poll_fn(|cx| {
                if is_innermost_or_none(&registration.core) {
                    waiter.poll(cx)
                } else {
                    // Polled on another runtime by now, so wait there.
                    Poll::Ready(())
                }
            })
            .await;
        }
    }

    /// As `perform`, for those who poll. `drains`: such a result says that the next operation would block.
    pub(super) fn poll<R>(
        self,
        cx: &mut Context<'_>,
        mut op: impl FnMut(&mut I) -> io::Result<R>,
        drains: impl Fn(&R) -> bool,
    ) -> Poll<io::Result<R>> {
        ready!(poll_proceed(cx));
        let direction = self.direction;
        loop {
            let registration = self
                .registrations
                .get(|| (self.descriptor)((*self.io).borrow()))?;
            let source = &registration.source;
            let (ready, tick) = source.state(direction);
            if ready {
                match op(self.io) {
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                        source.clear(direction, tick);
                    }
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                    result => {
                        if result.as_ref().is_ok_and(&drains) {
                            source.clear_drained(direction, tick);
                        }
                        return Poll::Ready(result);
                    }
                }
            }
            ready!(source.poll_event(direction, tick, cx));
        }
    }
}
