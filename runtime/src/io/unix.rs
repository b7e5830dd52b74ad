//! Unix sockets as async-io has them: constructors and operations of `Async<std::os::unix::net::…>`.

use std::future::poll_fn;
use std::io;
use std::os::unix::net::{SocketAddr, UnixDatagram, UnixListener, UnixStream};
use std::path::Path;
use std::time::Duration;

use futures_core::Stream;
use futures_util::stream;
use rustix::io::Errno;
use rustix::net::{AddressFamily, SocketAddrUnix, SocketType, connect};

use super::Async;
use super::socket::nonblocking;
use crate::core::current::poll_proceed;
use crate::time::sleep;

impl Async<UnixListener> {
    /// Listens on a path, which must not exist yet.
    ///
    /// # Errors
    ///
    /// The kernel's errors: `AddrInUse` if the path exists, `PermissionDenied` and so on.
    pub fn bind<P: AsRef<Path>>(path: P) -> io::Result<Self> {
        Self::new(UnixListener::bind(path)?)
    }

    /// Waits for a connection.
    ///
    /// # Errors
    ///
    /// As [`Async::<TcpListener>::accept`](Async::<std::net::TcpListener>::accept).
    ///
    /// # Cancel safety
    ///
    /// No connection is lost when the future is dropped.
    pub async fn accept(&self) -> io::Result<(Async<UnixStream>, SocketAddr)> {
        let (stream, address) = self.read_with(UnixListener::accept).await?;
        Ok((Async::new(stream)?, address))
    }

    /// The connections as a stream that never ends.
    pub fn incoming(
        &self,
    ) -> impl Stream<Item = io::Result<Async<UnixStream>>> + Send + Unpin + '_ {
        Box::pin(stream::unfold(self, async |listener| {
            let accepted = listener.accept().await;
            Some((accepted.map(|(stream, _)| stream), listener))
        }))
    }
}

impl TryFrom<UnixListener> for Async<UnixListener> {
    type Error = io::Error;

    fn try_from(listener: UnixListener) -> io::Result<Self> {
        Self::new(listener)
    }
}

impl Async<UnixStream> {
    /// Connects to a listener. A path that begins with a zero byte is the abstract name after it (Linux).
    ///
    /// While the listener's queue is full this waits, as a blocking `connect` does.
    ///
    /// # Errors
    ///
    /// The kernel's errors: `NotFound`, `ConnectionRefused` and so on; `InvalidInput` for a path of more than 107 bytes.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future closes the socket.
    pub async fn connect<P: AsRef<Path>>(path: P) -> io::Result<Self> {
        // It waits for nothing where the listener has room, or is not there.
        poll_fn(poll_proceed).await;
        let address = address(path.as_ref())?;
        let mut pause = Pause::new();
        let socket = nonblocking(AddressFamily::UNIX, SocketType::STREAM)?;
        loop {
            match connect(&socket, &address) {
                Ok(()) => return Self::new_nonblocking(socket.into()),
                // The queue is full, and no event tells when it has room.
                Err(Errno::AGAIN) => pause.take().await,
                Err(Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Two connected sockets.
    ///
    /// # Errors
    ///
    /// The kernel's errors.
    pub fn pair() -> io::Result<(Self, Self)> {
        let (first, second) = UnixStream::pair()?;
        Ok((Self::new(first)?, Self::new(second)?))
    }
}

impl TryFrom<UnixStream> for Async<UnixStream> {
    type Error = io::Error;

    fn try_from(stream: UnixStream) -> io::Result<Self> {
        Self::new(stream)
    }
}

impl Async<UnixDatagram> {
    /// A socket with this path, which must not exist yet.
    ///
    /// # Errors
    ///
    /// The kernel's errors: `AddrInUse` if the path exists, `PermissionDenied` and so on.
    pub fn bind<P: AsRef<Path>>(path: P) -> io::Result<Self> {
        Self::new(UnixDatagram::bind(path)?)
    }

    /// A socket without a name.
    ///
    /// # Errors
    ///
    /// The kernel's errors.
    pub fn unbound() -> io::Result<Self> {
        Self::new(UnixDatagram::unbound()?)
    }

    /// Two connected sockets.
    ///
    /// ```
    /// use std::os::unix::net::UnixDatagram;
    /// use glib_coro::Async;
    ///
    /// # fn main() -> std::io::Result<()> { glib_coro::block_on(async {
    /// let (ours, theirs) = Async::<UnixDatagram>::pair()?;
    /// ours.send(b"hello").await?;
    /// let mut buffer = [0; 16];
    /// let length = theirs.recv(&mut buffer).await?;
    /// assert_eq!(&buffer[..length], b"hello");
    /// # Ok(()) }) }
    /// ```
    ///
    /// # Errors
    ///
    /// The kernel's errors.
    pub fn pair() -> io::Result<(Self, Self)> {
        let (first, second) = UnixDatagram::pair()?;
        Ok((Self::new(first)?, Self::new(second)?))
    }

    /// Receives a datagram, and tells its sender. What does not fit the buffer is lost.
    ///
    /// # Errors
    ///
    /// The kernel's errors.
    ///
    /// # Cancel safety
    ///
    /// No datagram is lost when the future is dropped.
    pub async fn recv_from(&self, buffer: &mut [u8]) -> io::Result<(usize, SocketAddr)> {
        self.read_with(|io| io.recv_from(buffer)).await
    }

    /// Sends a datagram. While the receiver's queue is full, waits.
    ///
    /// # Errors
    ///
    /// The kernel's errors: `NotFound`, `ConnectionRefused` and so on.
    ///
    /// # Cancel safety
    ///
    /// Either the whole datagram was sent or nothing.
    pub async fn send_to<P: AsRef<Path>>(&self, buffer: &[u8], path: P) -> io::Result<usize> {
        self.send_with(|io| io.send_to(buffer, &path)).await
    }

    /// Sends to a socket that this one need not be connected to.
    ///
    /// If it is the receiver's queue that is full, this socket is writable all the time, and no event tells
    /// when there is room.
    pub(crate) async fn send_with(
        &self,
        op: impl Fn(&UnixDatagram) -> io::Result<usize>,
    ) -> io::Result<usize> {
        poll_fn(poll_proceed).await;
        let mut pause = Pause::new();
        loop {
            match op(self.get_ref()) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    self.writable().await?;
                    pause.take().await;
                }
                result => return result,
            }
        }
    }

    /// Receives a datagram from the socket that this one is connected to.
    ///
    /// # Errors
    ///
    /// The kernel's errors.
    ///
    /// # Cancel safety
    ///
    /// No datagram is lost when the future is dropped.
    pub async fn recv(&self, buffer: &mut [u8]) -> io::Result<usize> {
        self.read_with(|io| io.recv(buffer)).await
    }

    /// Sends a datagram to the socket that this one is connected to.
    ///
    /// # Errors
    ///
    /// The kernel's errors.
    ///
    /// # Cancel safety
    ///
    /// Either the whole datagram was sent or nothing.
    pub async fn send(&self, buffer: &[u8]) -> io::Result<usize> {
        self.write_with(|io| io.send(buffer)).await
    }
}

impl TryFrom<UnixDatagram> for Async<UnixDatagram> {
    type Error = io::Error;

    fn try_from(socket: UnixDatagram) -> io::Result<Self> {
        Self::new(socket)
    }
}

/// Reads a path as async-io does, with the errors of std.
fn address(path: &Path) -> io::Result<SocketAddrUnix> {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    if let Some(name) = path.as_os_str().as_encoded_bytes().strip_prefix(b"\0") {
        return SocketAddrUnix::new_abstract_name(name).map_err(|_| {
            let why = "an abstract name has 107 bytes at most";
            io::Error::new(io::ErrorKind::InvalidInput, why)
        });
    }
    // rustix would take one byte more, which std binds nobody to.
    SocketAddr::from_pathname(path)?;
    Ok(SocketAddrUnix::new(path)?)
}

/// Waiting for what the kernel does not report: 1 ms at first, twice as long each time, 64 ms at most.
struct Pause(Duration);

impl Pause {
    fn new() -> Self {
        Self(Duration::from_millis(1))
    }

    async fn take(&mut self) {
        sleep(self.0).await;
        self.0 = (self.0 * 2).min(Duration::from_millis(64));
    }
}
