//! UDP.

use std::io;
use std::net::{self, SocketAddr};

use super::ToSocketAddrs;
use super::forward::socket;
use crate::Async;

/// A UDP socket.
///
/// ```
/// use glib_coro::net::UdpSocket;
///
/// # fn main() -> std::io::Result<()> { glib_coro::block_on(async {
/// let (ours, theirs) = (UdpSocket::bind("127.0.0.1:0").await?, UdpSocket::bind("127.0.0.1:0").await?);
/// ours.send_to(b"hello", theirs.local_addr()?).await?;
/// let mut buffer = [0; 1500];
/// let (length, sender) = theirs.recv_from(&mut buffer).await?;
/// assert_eq!((&buffer[..length], sender), (&b"hello"[..], ours.local_addr()?));
/// # Ok(()) }) }
/// ```
#[derive(Debug)]
pub struct UdpSocket(Async<net::UdpSocket>);

impl UdpSocket {
    /// A socket with this address; of several addresses, with the first that can be bound. Port 0 takes a free port.
    ///
    /// ```
    /// use glib_coro::net::UdpSocket;
    ///
    /// # fn main() -> std::io::Result<()> { glib_coro::block_on(async {
    /// let socket = UdpSocket::bind(("127.0.0.1", 0)).await?;
    /// assert_ne!(socket.local_addr()?.port(), 0); // a free one
    /// # Ok(()) }) }
    /// ```
    ///
    /// # Errors
    ///
    /// The kernel's errors: `AddrInUse`, `PermissionDenied` and so on, of several addresses the last one's; and those of
    /// [`lookup_host`](super::lookup_host).
    pub async fn bind<A: ToSocketAddrs>(address: A) -> io::Result<Self> {
        let addresses = address.lookup();
        Ok(Self(addresses.first(Async::<net::UdpSocket>::bind).await?))
    }

    /// Sets the address that [`send`](Self::send) sends to, and that alone is received from. Of several addresses the first
    /// that the kernel can reach is taken.
    ///
    /// ```
    /// use glib_coro::net::UdpSocket;
    ///
    /// # fn main() -> std::io::Result<()> { glib_coro::block_on(async {
    /// let (ours, theirs) = (UdpSocket::bind("127.0.0.1:0").await?, UdpSocket::bind("127.0.0.1:0").await?);
    /// ours.connect(theirs.local_addr()?).await?;
    /// ours.send(b"hello").await?;
    /// assert_eq!(theirs.recv(&mut [0; 16]).await?, 5);
    /// # Ok(()) }) }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`bind`](Self::bind).
    pub async fn connect<A: ToSocketAddrs>(&self, address: A) -> io::Result<()> {
        let addresses = address.lookup();
        let connect = |address| self.0.get_ref().connect::<SocketAddr>(address);
        addresses.first(connect).await
    }

    /// Sends a datagram. Of several addresses the first one of this socket's family is taken: the first address of `localhost`,
    /// for instance, is often an IPv6 address.
    ///
    /// ```
    /// use glib_coro::net::UdpSocket;
    ///
    /// # fn main() -> std::io::Result<()> { glib_coro::block_on(async {
    /// let (client, server) = (UdpSocket::bind("127.0.0.1:0").await?, UdpSocket::bind("127.0.0.1:0").await?);
    /// let port = server.local_addr()?.port();
    /// assert_eq!(client.send_to(b"ping", ("127.0.0.1", port)).await?, 4);
    /// assert_eq!(server.recv(&mut [0; 16]).await?, 4);
    /// # Ok(()) }) }
    /// ```
    ///
    /// # Errors
    ///
    /// The kernel's, and those of [`lookup_host`](super::lookup_host): a name is looked up each time.
    ///
    /// # Cancel safety
    ///
    /// Either the whole datagram was sent or nothing.
    pub async fn send_to<A: ToSocketAddrs>(&self, buffer: &[u8], address: A) -> io::Result<usize> {
        let address = address.lookup().for_socket(self.0.get_ref()).await?;
        self.0.send_to(buffer, address).await
    }

    /// Receives a datagram, and tells its sender. What does not fit the buffer is lost.
    ///
    /// ```
    /// use glib_coro::net::UdpSocket;
    ///
    /// # fn main() -> std::io::Result<()> { glib_coro::block_on(async {
    /// let (client, server) = (UdpSocket::bind("127.0.0.1:0").await?, UdpSocket::bind("127.0.0.1:0").await?);
    /// client.send_to(b"ping", server.local_addr()?).await?;
    /// let mut buffer = [0; 3];
    /// let (length, sender) = server.recv_from(&mut buffer).await?;
    /// assert_eq!(&buffer[..length], b"pin"); // one byte did not fit
    /// assert_eq!(sender, client.local_addr()?); // whom to answer
    /// # Ok(()) }) }
    /// ```
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

    /// Like [`recv_from`](Self::recv_from), but the datagram stays where it is.
    ///
    /// ```
    /// use glib_coro::net::UdpSocket;
    ///
    /// # fn main() -> std::io::Result<()> { glib_coro::block_on(async {
    /// let (ours, theirs) = (UdpSocket::bind("127.0.0.1:0").await?, UdpSocket::bind("127.0.0.1:0").await?);
    /// ours.send_to(b"hello", theirs.local_addr()?).await?;
    /// let (_, sender) = theirs.peek_from(&mut [0; 1]).await?;
    /// assert_eq!(sender, ours.local_addr()?);
    /// assert_eq!(theirs.recv(&mut [0; 16]).await?, 5); // all of it
    /// # Ok(()) }) }
    /// ```
    ///
    /// # Errors
    ///
    /// The kernel's errors.
    pub async fn peek_from(&self, buffer: &mut [u8]) -> io::Result<(usize, SocketAddr)> {
        self.0.peek_from(buffer).await
    }

    /// Sends a datagram to whom the socket is [connected](Self::connect).
    ///
    /// # Errors
    ///
    /// The kernel's errors; `ConnectionRefused` tells about an earlier datagram.
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
    /// The kernel's errors; `ConnectionRefused` tells about an earlier datagram of ours.
    ///
    /// # Cancel safety
    ///
    /// No datagram is lost when the future is dropped.
    pub async fn recv(&self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.recv(buffer).await
    }

    /// Like [`recv`](Self::recv), but the datagram stays where it is.
    ///
    /// # Errors
    ///
    /// The kernel's errors.
    pub async fn peek(&self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.peek(buffer).await
    }

    /// This end's address.
    ///
    /// # Errors
    ///
    /// The kernel's errors.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.get_ref().local_addr()
    }

    /// Whom the socket is connected to.
    ///
    /// # Errors
    ///
    /// The kernel's errors: `NotConnected`.
    pub fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.0.get_ref().peer_addr()
    }

    /// Allows to send to a broadcast address (`SO_BROADCAST`).
    ///
    /// # Errors
    ///
    /// The kernel's errors.
    pub fn set_broadcast(&self, broadcast: bool) -> io::Result<()> {
        self.0.get_ref().set_broadcast(broadcast)
    }

    /// Sets how many routers a datagram may pass (`IP_TTL`; IPv4).
    ///
    /// # Errors
    ///
    /// The kernel's errors.
    pub fn set_ttl(&self, ttl: u32) -> io::Result<()> {
        self.0.get_ref().set_ttl(ttl)
    }

    /// How many routers a datagram may pass (IPv4).
    ///
    /// # Errors
    ///
    /// The kernel's errors.
    pub fn ttl(&self) -> io::Result<u32> {
        self.0.get_ref().ttl()
    }
}

socket!(UdpSocket(net::UdpSocket));
