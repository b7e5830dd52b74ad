//! Accepting TCP connections.

use std::io;
use std::net::{self, SocketAddr};

use futures_core::Stream;
use futures_util::StreamExt;

use super::forward::{lengthen_queue, socket};
use super::{TcpStream, ToSocketAddrs};
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
    /// Listens on an address; of several addresses, on the first that can be bound. Port 0 takes a free port. `SO_REUSEADDR`
    /// is set, as std does on Unix. Up to 4096 connections wait to be accepted, if the system allows as many.
    ///
    /// ```
    /// use std::io::ErrorKind;
    /// use glib_coro::net::TcpListener;
    ///
    /// # fn main() -> std::io::Result<()> { glib_coro::block_on(async {
    /// let listener = TcpListener::bind("127.0.0.1:0").await?;
    /// let address = listener.local_addr()?; // with the port that was free
    /// let error = TcpListener::bind(address).await.unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::AddrInUse);
    /// # Ok(()) }) }
    /// ```
    ///
    /// # Errors
    ///
    /// The kernel's errors: `AddrInUse`, `PermissionDenied` and so on, of several addresses the last one's; and those of
    /// [`lookup_host`](super::lookup_host).
    pub async fn bind<A: ToSocketAddrs>(address: A) -> io::Result<Self> {
        let addresses = address.lookup();
        let listener = addresses.first(Async::<net::TcpListener>::bind).await?;
        lengthen_queue(&listener)?;
        Ok(Self(listener))
    }

    /// Waits for a connection.
    ///
    /// ```
    /// use glib_coro::net::{TcpListener, TcpStream};
    ///
    /// # fn main() -> std::io::Result<()> { glib_coro::block_on(async {
    /// let listener = TcpListener::bind("127.0.0.1:0").await?;
    /// let client = TcpStream::connect(listener.local_addr()?).await?;
    /// let (_stream, peer) = listener.accept().await?;
    /// assert_eq!(peer, client.local_addr()?);
    /// # Ok(()) }) }
    /// ```
    ///
    /// # Errors
    ///
    /// The kernel's errors. Some concern only one connection, or are temporary, like `ConnectionAborted` or running out of
    /// descriptors (`EMFILE`): a server waits a little then and goes on. Connections stay in the queue meanwhile.
    ///
    /// # Cancel safety
    ///
    /// No connection is lost when the future is dropped.
    pub async fn accept(&self) -> io::Result<(TcpStream, SocketAddr)> {
        let (stream, address) = self.0.accept().await?;
        Ok((TcpStream::from_async(stream), address))
    }

    /// The connections as a stream that never ends.
    ///
    /// ```
    /// use futures_util::{AsyncWriteExt, StreamExt};
    /// use glib_coro::net::{TcpListener, TcpStream};
    ///
    /// # fn main() -> std::io::Result<()> { glib_coro::block_on(async {
    /// let listener = TcpListener::bind("127.0.0.1:0").await?;
    /// let client = TcpStream::connect(listener.local_addr()?).await?;
    /// let mut incoming = listener.incoming();
    /// while let Some(stream) = incoming.next().await {
    ///     let mut stream = stream?;
    ///     glib_coro::spawn(async move { stream.write_all(b"hello").await });
    /// #   break;
    /// }
    /// # let mut text = String::new();
    /// # futures_util::AsyncReadExt::read_to_string(&mut &client, &mut text).await?;
    /// # assert_eq!(text, "hello");
    /// # Ok(()) }) }
    /// ```
    pub fn incoming(&self) -> impl Stream<Item = io::Result<TcpStream>> + Send + Unpin + '_ {
        let streams = self.0.incoming();
        streams.map(|accepted| accepted.map(TcpStream::from_async))
    }

    /// The address it listens on.
    ///
    /// # Errors
    ///
    /// The kernel's errors.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.get_ref().local_addr()
    }
}

socket!(TcpListener(net::TcpListener));
