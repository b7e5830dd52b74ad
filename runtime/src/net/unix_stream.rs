//! A Unix connection.

use std::io;
use std::os::unix::net::{self, SocketAddr};
use std::path::Path;

use super::forward::{socket, stream};
use crate::Async;

/// A Unix connection. See [`UnixListener`](super::UnixListener) for an example.
#[derive(Debug)]
pub struct UnixStream(Async<net::UnixStream>);

impl UnixStream {
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
        Async::<net::UnixStream>::connect(path).await.map(Self)
    }

    /// Two connected sockets.
    ///
    /// ```
    /// use futures_util::{AsyncReadExt, AsyncWriteExt};
    /// use glib_coro::net::UnixStream;
    ///
    /// # fn main() -> std::io::Result<()> { glib_coro::block_on(async {
    /// let (mut ours, mut theirs) = UnixStream::pair()?; // theirs is for a helper, say
    /// ours.write_all(b"hello").await?;
    /// drop(ours);
    /// let mut text = String::new();
    /// theirs.read_to_string(&mut text).await?;
    /// assert_eq!(text, "hello");
    /// # Ok(()) }) }
    /// ```
    ///
    /// # Errors
    ///
    /// The kernel's errors.
    pub fn pair() -> io::Result<(Self, Self)> {
        let (first, second) = Async::<net::UnixStream>::pair()?;
        Ok((Self(first), Self(second)))
    }

    pub(super) fn from_async(stream: Async<net::UnixStream>) -> Self {
        Self(stream)
    }

    /// The other end's name.
    ///
    /// # Errors
    ///
    /// The kernel's errors.
    pub fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.0.get_ref().peer_addr()
    }

    /// This end's name.
    ///
    /// # Errors
    ///
    /// The kernel's errors.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.get_ref().local_addr()
    }
}

socket!(UnixStream(net::UnixStream));
stream!(UnixStream);
