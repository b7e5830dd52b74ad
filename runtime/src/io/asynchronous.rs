//! A descriptor of one's own.

use std::fmt;
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd};
use std::sync::Arc;
use std::task::{Context, Poll};

use super::perform::Target;
use super::ready::{Ready, ReadyOwned, Wait};
use super::registrations::Registrations;
use crate::core::source::{Direction, MustRearm, Waiter};

/// A non-blocking descriptor whose operations can be awaited.
///
/// The type and its methods are those of [async-io](https://docs.rs/async-io): a program that was written for
/// `async_io::Async` needs another `use` line and nothing else. It may move between runtimes and threads.
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
///
/// # Several coroutines
///
/// `&Async<T>` can be read and written where `&T` can. Any number of coroutines may wait for reading and any
/// number for writing, in whatever way; all of them are woken, and who comes first gets the data. (async-io
/// allows one reader and one writer through the traits and the poll functions.)
///
/// # Closing
///
/// `close` of the I/O traits flushes. To end the sending direction of a socket, shut the inner one down.
///
/// # Files and standard streams
///
/// The kernel cannot wait for a regular file, so [`new`](Self::new) gives an error; use
/// [`unblock`](crate::unblock()). A terminal or a pipe that is a standard stream is shared with other programs,
/// and non-blocking for them, too: avoid it, or wait with [`readable`](super::readable()) before you read.
pub struct Async<T> {
    /// `None` only between `into_inner` and drop.
    io: Option<T>,
    /// `T`'s, noted where `T` is known to have it, so that the type itself needs no bound, as in async-io.
    descriptor: fn(&T) -> BorrowedFd<'_>,
    registrations: Registrations,
}

impl<T: AsFd> Async<T> {
    /// Takes a descriptor, and makes it non-blocking.
    ///
    /// ```
    /// use std::fs::File;
    /// use std::io::{ErrorKind, Read};
    /// use glib_coro::Async;
    ///
    /// # fn main() -> std::io::Result<()> { glib_coro::block_on(async {
    /// let (reader, _writer) = std::io::pipe()?;
    /// let reader = Async::new(reader)?;
    /// let error = reader.get_ref().read(&mut [0; 16]).unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::WouldBlock);
    ///
    /// let error = Async::new(File::open("Cargo.toml")?).unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::Unsupported);
    /// # Ok(()) }) }
    /// ```
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
        registrations.get(|| io.as_fd())?;
        Ok(Self {
            io: Some(io),
            descriptor: T::as_fd,
            registrations,
        })
    }
}

impl<T> Async<T> {
    /// The inner value.
    ///
    /// What it does on its own is not seen: an operation that gives `WouldBlock` there must be repeated after
    /// [`readable`](Self::readable) or [`writable`](Self::writable), and whoever receives urgent data of TCP there (`MSG_OOB`)
    /// must read there what follows it.
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

    fn fd(&self) -> BorrowedFd<'_> {
        (self.descriptor)(self.get_ref())
    }

    /// Gives the inner value back. It stays non-blocking.
    ///
    /// ```
    /// use std::os::unix::net::UnixStream;
    /// use glib_coro::Async;
    ///
    /// # fn main() -> std::io::Result<()> { glib_coro::block_on(async {
    /// let (ours, theirs) = UnixStream::pair()?;
    /// let ours = Async::new(ours)?;
    /// // .. a greeting, in a coroutine; the rest on a thread, with blocking reads ..
    /// let ours = ours.into_inner()?;
    /// ours.set_nonblocking(false)?;
    /// let reader = std::thread::spawn(move || std::io::read_to_string(ours));
    /// drop(theirs);
    /// assert_eq!(reader.join().unwrap()?, "");
    /// # Ok(()) }) }
    /// ```
    ///
    /// # Errors
    ///
    /// None today; the signature is async-io's.
    pub fn into_inner(mut self) -> io::Result<T> {
        let io = self.io.take().expect("taken here only");
        self.registrations.release((self.descriptor)(&io));
        Ok(io)
    }

    /// Waits until it can be read; the kernel is asked anew. See [`readable`](super::readable()).
    ///
    /// ```
    /// use std::io::{Read, Write};
    /// use glib_coro::Async;
    ///
    /// # fn main() -> std::io::Result<()> { glib_coro::block_on(async {
    /// let (reader, mut writer) = std::io::pipe()?;
    /// let reader = Async::new(reader)?;
    /// writer.write_all(b"hello")?;
    /// reader.readable().await?; // then any code may read
    /// assert_eq!(reader.get_ref().read(&mut [0; 16])?, 5);
    /// # Ok(()) }) }
    /// ```
    ///
    /// # Errors
    ///
    /// The kernel's errors.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future has no effect.
    pub fn readable(&self) -> Ready<'_, T> {
        Ready::new(self, Direction::Read)
    }

    /// Waits until it can be written; the kernel is asked anew. See [`writable`](super::writable()).
    ///
    /// ```
    /// use std::io::{Read, Write};
    /// use std::os::unix::net::UnixStream;
    /// use glib_coro::Async;
    ///
    /// # fn main() -> std::io::Result<()> { glib_coro::block_on(async {
    /// let (ours, mut theirs) = UnixStream::pair()?;
    /// let ours = Async::new(ours)?;
    /// while ours.get_ref().write(&[0; 4096]).is_ok() {} // until the socket is full
    /// let reader = std::thread::spawn(move || theirs.read_to_end(&mut Vec::new()));
    /// ours.writable().await?;
    /// assert!(ours.get_ref().write(b"more")? > 0);
    /// # drop(ours);
    /// # reader.join().unwrap()?;
    /// # Ok(()) }) }
    /// ```
    ///
    /// # Errors
    ///
    /// The kernel's errors.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future has no effect.
    pub fn writable(&self) -> Ready<'_, T> {
        Ready::new(self, Direction::Write)
    }

    /// Like [`readable`](Self::readable), with a future that borrows nothing.
    ///
    /// ```
    /// use std::os::unix::net::UnixStream;
    /// use std::sync::Arc;
    /// use glib_coro::Async;
    ///
    /// # fn main() -> std::io::Result<()> { glib_coro::block_on(async {
    /// let (ours, theirs) = UnixStream::pair()?;
    /// let ours = Arc::new(Async::new(ours)?);
    /// let hang_up = glib_coro::spawn(ours.readable_owned());
    /// drop(theirs);
    /// hang_up.await.unwrap()
    /// # }) }
    /// ```
    pub fn readable_owned(self: Arc<Self>) -> ReadyOwned<T> {
        ReadyOwned::new(self, Direction::Read)
    }

    /// Like [`writable`](Self::writable), with a future that borrows nothing.
    pub fn writable_owned(self: Arc<Self>) -> ReadyOwned<T> {
        ReadyOwned::new(self, Direction::Write)
    }

    /// Is ready when the kernel has reported readability since the call that returned `Pending`.
    ///
    /// # Errors
    ///
    /// The kernel's errors.
    pub fn poll_readable(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_event(Direction::Read, cx)
    }

    /// Like [`poll_readable`](Self::poll_readable), for writing.
    ///
    /// # Errors
    ///
    /// The kernel's errors.
    pub fn poll_writable(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_event(Direction::Write, cx)
    }

    fn poll_event(&self, direction: Direction, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let registration = self.registrations.get(|| self.fd())?;
        match registration.source.poll_next_event(direction, cx) {
            Ok(poll) => poll.map(Ok),
            Err(MustRearm) => {
                let rearmed = registration.rearm(self.fd());
                if rearmed.is_err() {
                    registration.source.end_wait(direction);
                }
                rearmed?;
                Poll::Pending
            }
        }
    }

    /// What waits for the next event: made before the kernel is asked, so that its answer is that event.
    pub(super) fn rearmed_wait(&self, direction: Direction) -> io::Result<Wait> {
        let registration = self.registrations.get(|| self.fd())?;
        let tick = registration.source.tick(direction);
        registration.rearm(self.fd())?;
        let waiter = Waiter::new(registration.source.clone(), direction, tick);
        Ok((registration.core.clone(), waiter))
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
    /// `WouldBlock` must be the descriptor's own: an operation that invents it waits for the next data to
    /// arrive, however much is there already.
    ///
    /// # Errors
    ///
    /// The operation's errors, and the kernel's.
    ///
    /// # Cancel safety
    ///
    /// As the operation: nothing happens between its success and the return.
    pub async fn read_with<R>(&self, mut op: impl FnMut(&T) -> io::Result<R>) -> io::Result<R> {
        self.perform(Direction::Read, |io| op(io)).await
    }

    /// Performs a write operation as soon as it does not block. Like [`read_with`](Self::read_with)
    /// otherwise.
    ///
    /// ```
    /// use std::net::UdpSocket;
    /// use glib_coro::Async;
    ///
    /// # fn main() -> std::io::Result<()> { glib_coro::block_on(async {
    /// let socket = Async::new(UdpSocket::bind("127.0.0.1:0")?)?;
    /// let address = socket.get_ref().local_addr()?;
    /// let sent = socket.write_with(|io| io.send_to(b"hello", address)).await?;
    /// assert_eq!(sent, 5);
    /// # Ok(()) }) }
    /// ```
    ///
    /// # Errors
    ///
    /// The operation's errors, and the kernel's.
    pub async fn write_with<R>(&self, mut op: impl FnMut(&T) -> io::Result<R>) -> io::Result<R> {
        self.perform(Direction::Write, |io| op(io)).await
    }

    /// Like [`read_with`](Self::read_with), for operations that need `&mut T`.
    ///
    /// ```
    /// use std::io::{Read, Write};
    /// use std::os::unix::net::UnixStream;
    /// use glib_coro::Async;
    ///
    /// # fn main() -> std::io::Result<()> { glib_coro::block_on(async {
    /// let (ours, mut theirs) = UnixStream::pair()?;
    /// let mut ours = Async::new(ours)?;
    /// theirs.write_all(b"hello")?;
    /// let mut buffer = [0; 5];
    /// // SAFETY: reading does not close the socket.
    /// unsafe { ours.read_with_mut(|io| io.read_exact(&mut buffer)).await? };
    /// # Ok(()) }) }
    /// ```
    ///
    /// # Errors
    ///
    /// The operation's errors, and the kernel's.
    ///
    /// # Safety
    ///
    /// The operation must not close or replace the descriptor.
    #[allow(unsafe_code, reason = "the promise is the caller's, as in async-io")]
    pub async unsafe fn read_with_mut<R>(
        &mut self,
        op: impl FnMut(&mut T) -> io::Result<R>,
    ) -> io::Result<R> {
        self.perform_mut(Direction::Read, op).await
    }

    /// Like [`write_with`](Self::write_with), for operations that need `&mut T`.
    ///
    /// ```
    /// use std::io::Write;
    /// use std::os::unix::net::UnixStream;
    /// use glib_coro::Async;
    ///
    /// # fn main() -> std::io::Result<()> { glib_coro::block_on(async {
    /// let (ours, theirs) = UnixStream::pair()?;
    /// let mut ours = Async::new(ours)?;
    /// // SAFETY: writing does not close the socket.
    /// unsafe { ours.write_with_mut(|io| io.write_all(b"hello")).await? };
    /// # drop(theirs); Ok(()) }) }
    /// ```
    ///
    /// # Errors
    ///
    /// The operation's errors, and the kernel's.
    ///
    /// # Safety
    ///
    /// The operation must not close or replace the descriptor.
    #[allow(unsafe_code, reason = "the promise is the caller's, as in async-io")]
    pub async unsafe fn write_with_mut<R>(
        &mut self,
        op: impl FnMut(&mut T) -> io::Result<R>,
    ) -> io::Result<R> {
        self.perform_mut(Direction::Write, op).await
    }

    async fn perform<'a, R>(
        &'a self,
        direction: Direction,
        op: impl FnMut(&mut &'a T) -> io::Result<R>,
    ) -> io::Result<R> {
        let mut io = self.get_ref();
        self.target(&mut io, direction).perform(op).await
    }

    async fn perform_mut<R>(
        &mut self,
        direction: Direction,
        op: impl FnMut(&mut T) -> io::Result<R>,
    ) -> io::Result<R> {
        self.target_mut(direction).perform(op).await
    }

    /// What operations on `&T` are performed on.
    pub(super) fn target<'a, 'io>(
        &'a self,
        io: &'a mut &'io T,
        direction: Direction,
    ) -> Target<'a, T, &'io T> {
        Target {
            registrations: &self.registrations,
            io,
            descriptor: self.descriptor,
            direction,
        }
    }

    /// What operations on `&mut T` are performed on.
    pub(super) fn target_mut(&mut self, direction: Direction) -> Target<'_, T, T> {
        Target {
            registrations: &self.registrations,
            io: self.io.as_mut().expect("taken by `into_inner` only"),
            descriptor: self.descriptor,
            direction,
        }
    }
}

impl<T: AsFd> AsFd for Async<T> {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.get_ref().as_fd()
    }
}

impl<T: AsRawFd> AsRawFd for Async<T> {
    fn as_raw_fd(&self) -> RawFd {
        self.get_ref().as_raw_fd()
    }
}

impl<T> AsRef<T> for Async<T> {
    fn as_ref(&self) -> &T {
        self.get_ref()
    }
}

impl<T: AsFd + From<OwnedFd>> TryFrom<OwnedFd> for Async<T> {
    type Error = io::Error;

    fn try_from(fd: OwnedFd) -> io::Result<Self> {
        Self::new(fd.into())
    }
}

impl<T: Into<OwnedFd>> TryFrom<Async<T>> for OwnedFd {
    type Error = io::Error;

    fn try_from(io: Async<T>) -> io::Result<Self> {
        io.into_inner().map(Into::into)
    }
}

impl<T> Drop for Async<T> {
    fn drop(&mut self) {
        if let Some(io) = &self.io {
            self.registrations.release((self.descriptor)(io));
        }
    }
}

// The inner value is never pinned.
impl<T> Unpin for Async<T> {}

impl<T: fmt::Debug> fmt::Debug for Async<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Async").field(self.get_ref()).finish()
    }
}
