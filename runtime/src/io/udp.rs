//! UDP as async-io has it: constructors and operations of `Async<std::net::UdpSocket>`.

use std::io;
use std::net::{SocketAddr, UdpSocket};

use super::Async;

impl Async<UdpSocket> {
    /// A socket with this address; port 0 takes a free one.
    ///
    /// ```
    /// use std::net::UdpSocket;
    /// use glib_coro::Async;
    ///
    /// # fn main() -> std::io::Result<()> { glib_coro::block_on(async {
    /// let socket = Async::<UdpSocket>::bind(([127, 0, 0, 1], 0))?;
    /// socket.send_to(b"hello", socket.get_ref().local_addr()?).await?;
    /// let mut buffer = [0; 16];
    /// let (length, _) = socket.recv_from(&mut buffer).await?;
    /// assert_eq!(&buffer[..length], b"hello");
    /// # Ok(()) }) }
    /// ```
    ///
    /// # Errors
    ///
    /// The kernel's errors: `AddrInUse`, `PermissionDenied` and so on.
    pub fn bind<A: Into<SocketAddr>>(address: A) -> io::Result<Self> {
        Self::new(UdpSocket::bind(address.into())?)
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

    /// Like [`recv_from`](Self::recv_from), but the datagram stays where it is.
    ///
    /// # Errors
    ///
    /// The kernel's errors.
    pub async fn peek_from(&self, buffer: &mut [u8]) -> io::Result<(usize, SocketAddr)> {
        self.read_with(|io| io.peek_from(buffer)).await
    }

    /// Sends a datagram.
    ///
    /// # Errors
    ///
    /// The kernel's errors.
    ///
    /// # Cancel safety
    ///
    /// Either the whole datagram was sent or nothing.
    pub async fn send_to<A: Into<SocketAddr>>(
        &self,
        buffer: &[u8],
        address: A,
    ) -> io::Result<usize> {
        let address = address.into();
        self.write_with(|io| io.send_to(buffer, address)).await
    }

    /// Receives a datagram from the address that the inner socket is connected to.
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

    /// Like [`recv`](Self::recv), but the datagram stays where it is.
    ///
    /// # Errors
    ///
    /// The kernel's errors.
    pub async fn peek(&self, buffer: &mut [u8]) -> io::Result<usize> {
        self.read_with(|io| io.peek(buffer)).await
    }

    /// Sends a datagram to the address that the inner socket is connected to.
    ///
    /// # Errors
    ///
    /// The kernel's errors; `ConnectionRefused` tells about an earlier datagram.
    ///
    /// # Cancel safety
    ///
    /// Either the whole datagram was sent or nothing.
    pub async fn send(&self, buffer: &[u8]) -> io::Result<usize> {
        self.write_with(|io| io.send(buffer)).await
    }
}

impl TryFrom<UdpSocket> for Async<UdpSocket> {
    type Error = io::Error;

    fn try_from(socket: UdpSocket) -> io::Result<Self> {
        Self::new(socket)
    }
}
