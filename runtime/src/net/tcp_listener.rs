//! Accepting TCP connections.

use std::io;
use std::net::{self, SocketAddr};
use std::os::fd::{AsFd, BorrowedFd};

use futures_core::Stream;
use futures_util::StreamExt;

use super::TcpStream;
use crate::Async;

/// A TCP socket that accepts connections.
///
/// ```
/// use futures_util::{AsyncReadExt, AsyncWriteExt};
/// use glib_coro::net::{TcpListener, TcpStream};
///
/// # fn main() -> std::io::Result<()> { glib_coro::block_on(async {
/// let listener = TcpListener::bind(([127, 0, 0, 1], 0)).await?;
/// let address = listener.local_addr()?;
/// let client = glib_coro::spawn(async move {
///     let mut stream = TcpStream::connect(address).await?;
///     stream.write_all(b"hello").await
/// });
/// let (mut stream, _) = listener.accept().await?;
/// let mut text = String::new();
/// stream.read_to_string(&mut text).await?;
/// assert_eq!(text, "hello");
/// client.await.unwrap()?;
/// # Ok(()) }) }
/// ```
#[derive(Debug)]
pub struct TcpListener(Async<net::TcpListener>);

impl TcpListener {
    /// Listens on an address; port 0 takes a free one. `SO_REUSEADDR` is set, as std does on Unix.
    ///
    /// # Errors
    ///
    /// The kernel's: `AddrInUse`, `PermissionDenied` and so on.
    pub async fn bind(address: impl Into<SocketAddr>) -> io::Result<Self> {
        Async::<net::TcpListener>::bind(address).map(Self)
    }

    /// Takes a listener of std's.
    ///
    /// # Errors
    ///
    /// As [`Async::new`].
    pub fn from_std(listener: net::TcpListener) -> io::Result<Self> {
        Async::new(listener).map(Self)
    }

    /// Waits for a connection.
    ///
    /// # Errors
    ///
    /// The kernel's. Some concern one connection or pass by, like `ConnectionAborted` or running out of
    /// descriptors (`EMFILE`): a server waits a little then and goes on.
    ///
    /// # Cancel safety
    ///
    /// No connection is lost when the future is dropped.
    pub async fn accept(&self) -> io::Result<(TcpStream, SocketAddr)> {
        let (stream, address) = self.0.accept().await?;
        Ok((TcpStream::from_async(stream), address))
    }

    /// The connections as a stream that never ends.
    pub fn incoming(&self) -> impl Stream<Item = io::Result<TcpStream>> + Unpin + '_ {
        let streams = self.0.incoming();
        streams.map(|accepted| accepted.map(TcpStream::from_async))
    }

    /// The address it listens on.
    ///
    /// # Errors
    ///
    /// The kernel's.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.get_ref().local_addr()
    }
}

impl AsFd for TcpListener {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}
