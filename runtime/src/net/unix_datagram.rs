//! Unix datagrams.

use std::io;
use std::net::Shutdown;
use std::os::unix::net::{self, SocketAddr};
use std::path::Path;

use super::forward::socket;
use super::unix_address::address;
use crate::Async;

/// A Unix socket for datagrams.
///
/// A path that begins with a zero byte is the abstract name after it, which exists apart from the file system
/// (Linux only).
///
/// ```
/// use glib_coro::net::UnixDatagram;
///
/// # fn main() -> std::io::Result<()> { glib_coro::block_on(async {
/// let (ours, theirs) = UnixDatagram::pair()?;
/// ours.send(b"hello").await?;
/// let mut buffer = [0; 16];
/// let length = theirs.recv(&mut buffer).await?;
/// assert_eq!(&buffer[..length], b"hello");
/// # Ok(()) }) }
/// ```
#[derive(Debug)]
pub struct UnixDatagram(Async<net::UnixDatagram>);

impl UnixDatagram {
    /// A socket with this path, which must not exist yet. It stays when the socket is dropped: remove it.
    ///
    /// # Errors
    ///
    /// The kernel's errors: `AddrInUse` if the path exists, `PermissionDenied` and so on; `InvalidInput` for a path of
    /// more than 107 bytes.
    pub fn bind<P: AsRef<Path>>(path: P) -> io::Result<Self> {
        let address = address(path.as_ref())?;
        Self::from_std(net::UnixDatagram::bind_addr(&address)?)
    }

    /// A socket without a name.
    ///
    /// # Errors
    ///
    /// The kernel's errors.
    pub fn unbound() -> io::Result<Self> {
        Async::<net::UnixDatagram>::unbound().map(Self)
    }

    /// Two connected sockets.
    ///
    /// ```
    /// use glib_coro::net::UnixDatagram;
    ///
    /// # fn main() -> std::io::Result<()> { glib_coro::block_on(async {
    /// let (ours, theirs) = UnixDatagram::pair()?;
    /// ours.send(b"one").await?;
    /// ours.send(b"three").await?;
    /// let mut buffer = [0; 16];
    /// assert_eq!(theirs.recv(&mut buffer).await?, 3); // each datagram is received alone
    /// assert_eq!(theirs.recv(&mut buffer).await?, 5);
    /// # Ok(()) }) }
    /// ```
    ///
    /// # Errors
    ///
    /// The kernel's errors.
    pub fn pair() -> io::Result<(Self, Self)> {
        let (first, second) = Async::<net::UnixDatagram>::pair()?;
        Ok((Self(first), Self(second)))
    }

    /// Sets whom [`send`](Self::send) sends to, and whom alone to receive from.
    ///
    /// # Errors
    ///
    /// The kernel's errors: `NotFound`, `ConnectionRefused` and so on.
    pub fn connect<P: AsRef<Path>>(&self, path: P) -> io::Result<()> {
        let address = address(path.as_ref())?;
        self.0.get_ref().connect_addr(&address)
    }

    /// Sends a datagram. While the receiver's queue is full, waits.
    ///
    /// ```
    /// # #[cfg(target_os = "linux")]
    /// # fn main() -> std::io::Result<()> { glib_coro::block_on(async {
    /// use glib_coro::net::UnixDatagram;
    ///
    /// let name = format!("\0example-send-to-{}", std::process::id());
    /// let log = UnixDatagram::bind(&name)?;
    /// UnixDatagram::unbound()?.send_to(b"started", &name).await?;
    /// let mut buffer = [0; 16];
    /// let (length, sender) = log.recv_from(&mut buffer).await?;
    /// assert_eq!(&buffer[..length], b"started");
    /// assert!(sender.is_unnamed());
    /// # Ok(()) }) }
    /// # #[cfg(not(target_os = "linux"))]
    /// # fn main() {}
    /// ```
    ///
    /// # Errors
    ///
    /// The kernel's errors: `NotFound`, `ConnectionRefused` and so on.
    ///
    /// # Cancel safety
    ///
    /// Either the whole datagram was sent or nothing.
    pub async fn send_to<P: AsRef<Path>>(&self, buffer: &[u8], path: P) -> io::Result<usize> {
        let address = address(path.as_ref())?;
        let send = |io: &net::UnixDatagram| io.send_to_addr(buffer, &address);
        self.0.send_with(send).await
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
        self.0.recv_from(buffer).await
    }

    /// Sends a datagram to whom the socket is [connected](Self::connect). While the receiver's queue is full,
    /// waits.
    ///
    /// # Errors
    ///
    /// The kernel's errors.
    ///
    /// # Cancel safety
    ///
    /// Either the whole datagram was sent or nothing.
    pub async fn send(&self, buffer: &[u8]) -> io::Result<usize> {
        self.0.send(buffer).await
    }

    /// Receives a datagram. What does not fit the buffer is lost.
    ///
    /// # Errors
    ///
    /// The kernel's errors.
    ///
    /// # Cancel safety
    ///
    /// No datagram is lost when the future is dropped.
    pub async fn recv(&self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.recv(buffer).await
    }

    /// This end's name.
    ///
    /// # Errors
    ///
    /// The kernel's errors.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.get_ref().local_addr()
    }

    /// The name of whom the socket is connected to.
    ///
    /// # Errors
    ///
    /// The kernel's errors: `NotConnected`.
    pub fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.0.get_ref().peer_addr()
    }

    /// Closes one direction or both, which a connected socket notices.
    ///
    /// # Errors
    ///
    /// The kernel's errors.
    pub fn shutdown(&self, how: Shutdown) -> io::Result<()> {
        self.0.get_ref().shutdown(how)
    }
}

socket!(UnixDatagram(net::UnixDatagram));
