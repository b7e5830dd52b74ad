//! Waiting for descriptors of anybody's.

use std::fmt;
use std::future::Future;
use std::io;
use std::os::fd::AsFd;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use super::explain;
use crate::core::Core;
use crate::core::current::is_innermost_or_none;
use crate::core::source::{Direction, Waiter};
use crate::runtime;

/// Waits until a descriptor can be read without blocking: there is data, the end of file, a connection to
/// accept, a hang-up or an error.
///
/// The descriptor stays as it is: it need not be non-blocking, and nothing is read. Any number of
/// coroutines may wait for the same one, and all are woken. The kernel is asked anew each time, so
/// data that was there before counts.
///
/// ```
/// use std::io::{Read, Write};
/// use std::os::unix::net::UnixStream;
///
/// # fn main() -> std::io::Result<()> {
/// let (mut ours, mut theirs) = UnixStream::pair()?;
/// theirs.write_all(b"x")?;
/// glib_coro::block_on(glib_coro::readable(&ours))?;
/// assert_eq!(ours.read(&mut [0; 8])?, 1);
/// # Ok(()) }
/// ```
///
/// # Errors
///
/// `Unsupported` for a descriptor that the kernel cannot wait for, a regular file for instance; the
/// kernel's error for an invalid one; `NotConnected` when the runtime has ended.
///
/// # Cancel safety
///
/// Dropping the future has no effect.
///
/// # Closing
///
/// The future holds `fd`, so the descriptor normally cannot be closed under it. Where it is closed all
/// the same, the wait may never end; it does not disturb anybody else.
///
/// # Panics
///
/// When first polled on a thread that cannot have a runtime.
pub fn readable<F: AsFd>(fd: F) -> Readable<F> {
    Readable(Wait {
        fd,
        direction: Direction::Read,
        state: None,
    })
}

/// Waits until a descriptor can be written without blocking: there is room, a connection was made, or
/// there is a hang-up or an error. Like [`readable`] otherwise.
///
/// ```
/// use std::io::{Read, Write};
/// use std::os::unix::net::UnixStream;
///
/// # fn main() -> std::io::Result<()> {
/// let (mut ours, mut theirs) = UnixStream::pair()?;
/// glib_coro::block_on(glib_coro::writable(&ours))?;
/// assert_eq!(ours.write(b"hello")?, 5); // cannot block
/// assert_eq!(theirs.read(&mut [0; 8])?, 5);
/// # Ok(()) }
/// ```
pub fn writable<F: AsFd>(fd: F) -> Writable<F> {
    Writable(Wait {
        fd,
        direction: Direction::Write,
        state: None,
    })
}

/// The future of [`readable`].
#[must_use = "futures do nothing unless you `.await` them"]
pub struct Readable<F: AsFd>(Wait<F>);

/// The future of [`writable`].
#[must_use = "futures do nothing unless you `.await` them"]
pub struct Writable<F: AsFd>(Wait<F>);

struct Wait<F: AsFd> {
    fd: F,
    direction: Direction,
    state: Option<(Arc<Core>, Waiter)>,
}

impl<F: AsFd> Wait<F> {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        loop {
            if let Some((core, waiter)) = &mut self.state {
                if is_innermost_or_none(core) {
                    ready!(waiter.poll(cx));
                    if !waiter.source().is_dead() {
                        self.release();
                        return Poll::Ready(Ok(()));
                    }
                }
                // Polled on another runtime by now, or its own has ended: wait with the current one.
                self.release();
            }
            let core = runtime::current();
            let fd = self.fd.as_fd();
            let (source, tick) = core
                .reactor
                .join(fd, self.direction)
                .map_err(|error| explain(error, fd))?;
            self.state = Some((core, Waiter::new(source, self.direction, tick)));
        }
    }

    fn release(&mut self) {
        if let Some((core, waiter)) = self.state.take() {
            core.reactor.release(waiter.source(), self.fd.as_fd());
        }
    }
}

impl<F: AsFd> Drop for Wait<F> {
    fn drop(&mut self) {
        self.release();
    }
}

// Nothing in it is pinned; the descriptor is only borrowed.
impl<F: AsFd> Unpin for Readable<F> {}
impl<F: AsFd> Unpin for Writable<F> {}

impl<F: AsFd> Future for Readable<F> {
    type Output = io::Result<()>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.poll(cx)
    }
}

impl<F: AsFd> Future for Writable<F> {
    type Output = io::Result<()>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.poll(cx)
    }
}

impl<F: AsFd> fmt::Debug for Readable<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Readable").field(&self.0.fd.as_fd()).finish()
    }
}

impl<F: AsFd> fmt::Debug for Writable<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Writable").field(&self.0.fd.as_fd()).finish()
    }
}
