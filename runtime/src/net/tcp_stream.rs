//! A TCP connection.

use std::io;
use std::net::{self, SocketAddr};
use std::time::Duration;

use rustix::net::sockopt;

use super::forward::{socket, stream};
use super::{ToSocketAddrs, happy_eyeballs};
use crate::Async;

/// A TCP connection. See [`TcpListener`](super::TcpListener) for an example.
#[derive(Debug)]
pub struct TcpStream(Async<net::TcpStream>);

impl TcpStream {
    /// Connects to an address, or to whichever of several answers first.
    ///
    /// With several addresses, be they given or found for a name, this is the procedure of
    /// [RFC 8305](https://www.rfc-editor.org/rfc/rfc8305), "happy eyeballs": IPv6 and IPv4 take turns, the next
    /// attempt begins when the one before has failed or after 250 ms, and the first connection is taken. So an
    /// address that does not answer costs a quarter of a second and not minutes.
    ///
    /// There is no limit in time but the kernel's; see [`timeout`](crate::timeout()).
    ///
    /// ```
    /// use std::time::Duration;
    /// use glib_coro::{net::{TcpListener, TcpStream}, timeout};
    ///
    /// # fn main() -> std::io::Result<()> { glib_coro::block_on(async {
    /// # let listener = TcpListener::bind("127.0.0.1:0").await?;
    /// # let address = listener.local_addr()?;
    /// let stream = timeout(Duration::from_secs(60), TcpStream::connect(address)).await??;
    /// assert_eq!(stream.peer_addr()?, address);
    /// # Ok(()) }) }
    /// ```
    ///
    /// # Errors
    ///
    /// The kernel's errors: `ConnectionRefused`, `TimedOut` and so on, of several addresses the first one's; and those
    /// of [`lookup_host`](super::lookup_host).
    ///
    /// # Cancel safety
    ///
    /// Dropping the future closes the sockets.
    pub async fn connect<A: ToSocketAddrs>(address: A) -> io::Result<Self> {
        let addresses = address.lookup().resolve().await?;
        happy_eyeballs::connect(addresses).await.map(Self)
    }

    pub(super) fn from_async(stream: Async<net::TcpStream>) -> Self {
        Self(stream)
    }

    /// The other end's address.
    ///
    /// # Errors
    ///
    /// The kernel's errors.
    pub fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.0.get_ref().peer_addr()
    }

    /// This end's address.
    ///
    /// # Errors
    ///
    /// The kernel's errors.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.get_ref().local_addr()
    }

    /// Reads what arrives next and leaves it where it is.
    ///
    /// ```
    /// use futures_util::{AsyncReadExt, AsyncWriteExt};
    /// use glib_coro::net::{TcpListener, TcpStream};
    ///
    /// # fn main() -> std::io::Result<()> { glib_coro::block_on(async {
    /// # let listener = TcpListener::bind("127.0.0.1:0").await?;
    /// # let mut client = TcpStream::connect(listener.local_addr()?).await?;
    /// # let (mut stream, _) = listener.accept().await?;
    /// client.write_all(b"GET / HTTP/1.1").await?;
    /// let mut first = [0];
    /// stream.peek(&mut first).await?;
    /// assert_eq!(&first, b"G"); // HTTP, and nothing of it is gone:
    /// stream.read_exact(&mut first).await?;
    /// assert_eq!(&first, b"G");
    /// # Ok(()) }) }
    /// ```
    ///
    /// # Errors
    ///
    /// The kernel's errors.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost when the future is dropped.
    pub async fn peek(&self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.peek(buffer).await
    }

    /// Sends small segments at once instead of collecting them (`TCP_NODELAY`).
    ///
    /// # Errors
    ///
    /// The kernel's errors.
    pub fn set_nodelay(&self, nodelay: bool) -> io::Result<()> {
        self.0.get_ref().set_nodelay(nodelay)
    }

    /// Whether small segments are sent at once.
    ///
    /// # Errors
    ///
    /// The kernel's errors.
    pub fn nodelay(&self) -> io::Result<bool> {
        self.0.get_ref().nodelay()
    }

    /// Asks the other end for a sign of life after so long without traffic, in whole seconds, so that a dead one
    /// is noticed (`SO_KEEPALIVE`, `TCP_KEEPIDLE`). `None`, as at first: never.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use glib_coro::net::{TcpListener, TcpStream};
    /// # fn main() -> std::io::Result<()> { glib_coro::block_on(async {
    /// # let listener = TcpListener::bind(([127, 0, 0, 1], 0)).await?;
    /// let stream = TcpStream::connect(listener.local_addr()?).await?;
    /// assert_eq!(stream.keepalive()?, None);
    /// stream.set_keepalive(Some(Duration::from_secs(60)))?;
    /// assert_eq!(stream.keepalive()?, Some(Duration::from_secs(60)));
    /// # Ok(()) }) }
    /// ```
    ///
    /// # Errors
    ///
    /// The kernel's errors: `InvalidInput` for less than a second or more than 32767 seconds.
    #[cfg(not(any(target_os = "haiku", target_os = "nto", target_os = "openbsd")))]
    pub fn set_keepalive(&self, idle: Option<Duration>) -> io::Result<()> {
        if let Some(idle) = idle {
            sockopt::set_tcp_keepidle(&self.0, idle)?;
        }
        Ok(sockopt::set_socket_keepalive(&self.0, idle.is_some())?)
    }

    /// After how long without traffic the other end is asked for a sign of life.
    ///
    /// # Errors
    ///
    /// The kernel's errors.
    #[cfg(not(any(target_os = "haiku", target_os = "nto", target_os = "openbsd")))]
    pub fn keepalive(&self) -> io::Result<Option<Duration>> {
        let is_on = sockopt::socket_keepalive(&self.0)?;
        Ok(is_on.then(|| sockopt::tcp_keepidle(&self.0)).transpose()?)
    }

    /// Sets how many routers a packet may pass (`IP_TTL`; IPv4).
    ///
    /// # Errors
    ///
    /// The kernel's errors.
    pub fn set_ttl(&self, ttl: u32) -> io::Result<()> {
        self.0.get_ref().set_ttl(ttl)
    }

    /// How many routers a packet may pass (IPv4).
    ///
    /// # Errors
    ///
    /// The kernel's errors.
    pub fn ttl(&self) -> io::Result<u32> {
        self.0.get_ref().ttl()
    }
}

socket!(TcpStream(net::TcpStream));
stream!(TcpStream);
