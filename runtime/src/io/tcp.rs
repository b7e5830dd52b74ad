//! TCP as async-io has it: constructors and operations of `Async<std::net::…>`.

use std::future::poll_fn;
use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream};

use futures_core::Stream;
use futures_util::stream;
use rustix::io::Errno;
use rustix::net::{AddressFamily, SocketType, connect};

use super::Async;
use super::socket::nonblocking;
use crate::core::current::poll_proceed;

impl Async<TcpListener> {
    /// Listens on an address; port 0 takes a free one. `SO_REUSEADDR` is set, as std does on Unix.
    ///
    /// # Errors
    ///
    /// The kernel's errors: `AddrInUse`, `PermissionDenied` and so on.
    pub fn bind<A: Into<SocketAddr>>(address: A) -> io::Result<Self> {
        Self::new(TcpListener::bind(address.into())?)
    }

    /// Waits for a connection.
    ///
    /// # Errors
    ///
    /// The kernel's errors. Some concern only one connection, or are temporary, like `ConnectionAborted` or running out of
    /// descriptors (`EMFILE`): a server waits a little then and goes on.
    ///
    /// # Cancel safety
    ///
    /// No connection is lost when the future is dropped.
    pub async fn accept(&self) -> io::Result<(Async<TcpStream>, SocketAddr)> {
        let (stream, address) = self.read_with(TcpListener::accept).await?;
        Ok((Async::new(stream)?, address))
    }

    /// The connections as a stream that never ends.
    pub fn incoming(&self) -> impl Stream<Item = io::Result<Async<TcpStream>>> + Send + Unpin + '_ {
        Box::pin(stream::unfold(self, async |listener| {
            let accepted = listener.accept().await;
            Some((accepted.map(|(stream, _)| stream), listener))
        }))
    }
}

impl TryFrom<TcpListener> for Async<TcpListener> {
    type Error = io::Error;

    fn try_from(listener: TcpListener) -> io::Result<Self> {
        Self::new(listener)
    }
}

impl Async<TcpStream> {
    /// Connects to an address.
    ///
    /// # Errors
    ///
    /// The kernel's errors: `ConnectionRefused`, `TimedOut` and so on.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future closes the socket.
    pub async fn connect<A: Into<SocketAddr>>(address: A) -> io::Result<Self> {
        // An address that cannot be reached is an error at once.
        poll_fn(poll_proceed).await;
        let address = address.into();
        let family = match address {
            SocketAddr::V4(_) => AddressFamily::INET,
            SocketAddr::V6(_) => AddressFamily::INET6,
        };
        let socket = nonblocking(family, SocketType::STREAM)?;
        let connected = connect(&socket, &address);
        let stream = Self::new_nonblocking(TcpStream::from(socket))?;
        match connected {
            Ok(()) => {}
            Err(Errno::INPROGRESS | Errno::INTR) => {
                stream.writable().await?;
                if let Some(error) = stream.get_ref().take_error()? {
                    return Err(error);
                }
            }
            Err(error) => return Err(error.into()),
        }
        Ok(stream)
    }

    /// Reads what arrives next and leaves it where it is.
    ///
    /// # Errors
    ///
    /// The kernel's errors.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost when the future is dropped.
    pub async fn peek(&self, buffer: &mut [u8]) -> io::Result<usize> {
        self.read_with(|io| io.peek(buffer)).await
    }
}

impl TryFrom<TcpStream> for Async<TcpStream> {
    type Error = io::Error;

    fn try_from(stream: TcpStream) -> io::Result<Self> {
        Self::new(stream)
    }
}
