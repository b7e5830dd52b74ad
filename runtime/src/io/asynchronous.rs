//! A descriptor of one's own.

use std::fmt;
use std::future::{Future, poll_fn};
use std::io::{self, IoSlice, IoSliceMut, Read, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use futures_io::{AsyncRead, AsyncWrite};

use super::IoSafe;
use super::registrations::Registrations;
use crate::core::Core;
use crate::core::current::poll_proceed;
use crate::core::source::{Direction, MustRearm, Waiter};
use crate::runtime::is_current_or_none;

/// A non-blocking descriptor whose operations can be awaited.
///
/// The type and its methods are those of [async-io](https://docs.rs/async-io), so that code written for
/// the one is at home on the other. Any number of coroutines may read, and any number write, at the same
/// time. It may move between runtimes and threads.
///
/// ```
/// use std::os::unix::net::UnixStream;
/// use futures_util::{AsyncReadExt, AsyncWriteExt};
/// use glib_coro::Async;
///
/// # fn main() -> std::io::Result<()> { glib_coro::block_on(async {
/// let (ours, theirs) = UnixStream::pair()?;
/// let (mut ours, mut theirs) = (Async::new(ours)?, Async::new(theirs)?);
/// ours.write_all(b"hello").await?;
/// let mut buffer = [0; 5];
/// theirs.read_exact(&mut buffer).await?;
/// assert_eq!(&buffer, b"hello");
/// # Ok(()) }) }
/// ```
pub struct Async<T: AsFd> {
    /// `None` only between `into_inner` and drop.
    io: Option<T>,
    registrations: Registrations,
}

impl<T: AsFd> Async<T> {
    /// Takes a descriptor, and makes it non-blocking.
    ///
    /// # Errors
    ///
    /// `Unsupported` for a descriptor that the kernel cannot wait for, a regular file for instance;
    /// `AlreadyExists` if the descriptor is registered; the kernel's errors; and if this thread can have
    /// no runtime.
    pub fn new(io: T) -> io::Result<Self> {
        rustix::io::ioctl_fionbio(&io, true)?;
        Self::new_nonblocking(io)
    }

    /// Takes a descriptor that is non-blocking already.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new).
    pub fn new_nonblocking(io: T) -> io::Result<Self> {
        let registrations = Registrations::default();
        registrations.get(&io)?;
        Ok(Self {
            io: Some(io),
            registrations,
        })
    }

    /// The inner value.
    pub fn get_ref(&self) -> &T {
        self.io.as_ref().expect("taken by `into_inner` only")
    }

    /// The inner value.
    ///
    /// # Safety
    ///
    /// The descriptor must not be closed or replaced through the reference.
    #[allow(unsafe_code, reason = "the promise is the caller's, as in async-io")]
    pub unsafe fn get_mut(&mut self) -> &mut T {
        self.io.as_mut().expect("taken by `into_inner` only")
    }

    /// Gives the inner value back. It stays non-blocking.
    ///
    /// # Errors
    ///
    /// None today; the signature is async-io's.
    pub fn into_inner(mut self) -> io::Result<T> {
        let io = self.io.take().expect("taken here only");
        self.registrations.release(&io);
        Ok(io)
    }

    /// Waits until it can be read; the kernel is asked anew. See [`readable`](super::readable()).
    ///
    /// # Errors
    ///
    /// The kernel's.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future has no effect.
    pub fn readable(&self) -> Ready<'_, T> {
        Ready::new(self, Direction::Read)
    }

    /// Waits until it can be written; the kernel is asked anew. See [`writable`](super::writable()).
    ///
    /// # Errors
    ///
    /// The kernel's.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future has no effect.
    pub fn writable(&self) -> Ready<'_, T> {
        Ready::new(self, Direction::Write)
    }

    /// Is ready when the kernel has reported readability since the call that returned `Pending`.
    pub fn poll_readable(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_event(Direction::Read, cx)
    }

    /// Like [`poll_readable`](Self::poll_readable), for writing.
    pub fn poll_writable(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_event(Direction::Write, cx)
    }

    fn poll_event(&self, direction: Direction, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let registration = self.registrations.get(self)?;
        match registration.source.poll_next_event(direction, cx) {
            Ok(poll) => poll.map(Ok),
            Err(MustRearm) => {
                let rearmed = registration.rearm(self.as_fd());
                if rearmed.is_err() {
                    registration.source.end_wait(direction);
                }
                rearmed?;
                Poll::Pending
            }
        }
    }

    /// Performs a read operation as soon as it does not block.
    ///
    /// The operation is called again for as long as it gives `WouldBlock`, each time after the
    /// descriptor became readable.
    ///
    /// ```
    /// use glib_coro::Async;
    /// use std::net::UdpSocket;
    ///
    /// # fn main() -> std::io::Result<()> { glib_coro::block_on(async {
    /// let socket = Async::new(UdpSocket::bind("127.0.0.1:0")?)?;
    /// socket.get_ref().send_to(b"hello", socket.get_ref().local_addr()?)?;
    /// let mut buffer = [0; 16];
    /// let (length, _) = socket.read_with(|io| io.recv_from(&mut buffer)).await?;
    /// assert_eq!(&buffer[..length], b"hello");
    /// # Ok(()) }) }
    /// ```
    ///
    /// # Errors
    ///
    /// The operation's, and the kernel's.
    ///
    /// # Cancel safety
    ///
    /// As the operation: nothing happens between its success and the return.
    pub async fn read_with<R>(&self, op: impl FnMut(&T) -> io::Result<R>) -> io::Result<R> {
        self.perform(Direction::Read, op).await
    }

    /// Performs a write operation as soon as it does not block. Like [`read_with`](Self::read_with)
    /// otherwise.
    ///
    /// # Errors
    ///
    /// The operation's, and the kernel's.
    pub async fn write_with<R>(&self, op: impl FnMut(&T) -> io::Result<R>) -> io::Result<R> {
        self.perform(Direction::Write, op).await
    }

    async fn perform<R>(
        &self,
        direction: Direction,
        mut op: impl FnMut(&T) -> io::Result<R>,
    ) -> io::Result<R> {
        poll_fn(poll_proceed).await;
        loop {
            let registration = self.registrations.get(self)?;
            let (ready, tick) = registration.source.state(direction);
            if ready {
                match op(self.get_ref()) {
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
}

impl<T: AsFd> AsFd for Async<T> {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.get_ref().as_fd()
    }
}

impl<T: AsFd> AsRef<T> for Async<T> {
    fn as_ref(&self) -> &T {
        self.get_ref()
    }
}

impl<T: AsFd> Drop for Async<T> {
    fn drop(&mut self) {
        if let Some(io) = &self.io {
            self.registrations.release(io);
        }
    }
}

// The inner value is never pinned.
impl<T: AsFd> Unpin for Async<T> {}

impl<T: AsFd + fmt::Debug> fmt::Debug for Async<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Async").field(self.get_ref()).finish()
    }
}

/// The future of [`Async::readable`] and [`Async::writable`].
#[must_use = "futures do nothing unless you `.await` them"]
pub struct Ready<'a, T: AsFd> {
    io: &'a Async<T>,
    direction: Direction,
    wait: Option<(Arc<Core>, Waiter)>,
}

impl<'a, T: AsFd> Ready<'a, T> {
    fn new(io: &'a Async<T>, direction: Direction) -> Self {
        Self {
            io,
            direction,
            wait: None,
        }
    }
}

impl<T: AsFd> Future for Ready<'_, T> {
    type Output = io::Result<()>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        loop {
            if let Some((core, waiter)) = &mut self.wait {
                if is_current_or_none(core) {
                    ready!(waiter.poll(cx));
                    if !waiter.source().is_dead() {
                        self.wait = None;
                        return Poll::Ready(Ok(()));
                    }
                }
                // Polled on another runtime by now, or its own has ended: wait with the current one.
                self.wait = None;
            }
            let registration = self.io.registrations.get(self.io)?;
            // Counted before the kernel is asked, so that its answer is the next event.
            let tick = registration.source.tick(self.direction);
            registration.rearm(self.io.as_fd())?;
            let waiter = Waiter::new(registration.source, self.direction, tick);
            self.wait = Some((registration.core, waiter));
        }
    }
}

impl<T: AsFd> fmt::Debug for Ready<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ready")
            .field("fd", &self.io.as_fd())
            .field("direction", &self.direction)
            .finish_non_exhaustive()
    }
}

/// As `perform`, for those who poll and whose operation needs `&mut`.
fn poll_perform<I: AsFd, R>(
    registrations: &Registrations,
    io: &mut I,
    direction: Direction,
    cx: &mut Context<'_>,
    mut op: impl FnMut(&mut I) -> io::Result<R>,
) -> Poll<io::Result<R>> {
    ready!(poll_proceed(cx));
    loop {
        let source = registrations.get(&*io)?.source;
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

impl<T: AsFd> Async<T> {
    fn poll_mut<R>(
        &mut self,
        direction: Direction,
        cx: &mut Context<'_>,
        op: impl FnMut(&mut T) -> io::Result<R>,
    ) -> Poll<io::Result<R>> {
        let io = self.io.as_mut().expect("taken by `into_inner` only");
        poll_perform(&self.registrations, io, direction, cx, op)
    }

    fn poll_shared<'a, R>(
        &'a self,
        direction: Direction,
        cx: &mut Context<'_>,
        op: impl FnMut(&mut &'a T) -> io::Result<R>,
    ) -> Poll<io::Result<R>> {
        poll_perform(&self.registrations, &mut self.get_ref(), direction, cx, op)
    }
}

impl<T: AsFd + IoSafe + Read> AsyncRead for Async<T> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        self.poll_mut(Direction::Read, cx, |io| io.read(buffer))
    }

    fn poll_read_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffers: &mut [IoSliceMut<'_>],
    ) -> Poll<io::Result<usize>> {
        self.poll_mut(Direction::Read, cx, |io| io.read_vectored(buffers))
    }
}

impl<T: AsFd> AsyncRead for &Async<T>
where
    for<'a> &'a T: Read,
{
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        self.poll_shared(Direction::Read, cx, |io| io.read(buffer))
    }

    fn poll_read_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffers: &mut [IoSliceMut<'_>],
    ) -> Poll<io::Result<usize>> {
        self.poll_shared(Direction::Read, cx, |io| io.read_vectored(buffers))
    }
}

impl<T: AsFd + IoSafe + Write> AsyncWrite for Async<T> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.poll_mut(Direction::Write, cx, |io| io.write(buffer))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffers: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.poll_mut(Direction::Write, cx, |io| io.write_vectored(buffers))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_mut(Direction::Write, cx, Write::flush)
    }

    /// Flushes. The descriptor is closed when the value is dropped.
    fn poll_close(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_flush(cx)
    }
}

impl<T: AsFd> AsyncWrite for &Async<T>
where
    for<'a> &'a T: Write,
{
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.poll_shared(Direction::Write, cx, |io| io.write(buffer))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffers: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.poll_shared(Direction::Write, cx, |io| io.write_vectored(buffers))
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_shared(Direction::Write, cx, Write::flush)
    }

    /// Flushes. The descriptor is closed when the value is dropped.
    fn poll_close(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_flush(cx)
    }
}
