//! Accepting Unix connections.

use std::io;
use std::os::unix::net::{self, SocketAddr};
use std::path::Path;

use futures_core::Stream;
use futures_util::StreamExt;

use super::UnixStream;
use super::forward::{lengthen_queue, socket};
use super::unix_address::address;
use crate::Async;

/// A Unix socket that accepts connections.
///
/// A path that begins with a zero byte is the abstract name after it, which exists apart from the file system
/// (Linux only).
///
/// ```
/// # #[cfg(target_os = "linux")]
/// # fn main() -> std::io::Result<()> { glib_coro::block_on(async {
/// use futures_util::{AsyncReadExt, AsyncWriteExt};
/// use glib_coro::net::{UnixListener, UnixStream};
///
/// let name = format!("\0example-{}", std::process::id());
/// let listener = UnixListener::bind(&name)?;
/// let mut client = UnixStream::connect(&name).await?;
/// client.write_all(b"hello").await?;
/// let (mut stream, _) = listener.accept().await?;
/// let mut text = [0; 5];
/// stream.read_exact(&mut text).await?;
/// assert_eq!(&text, b"hello");
/// # Ok(()) }) }
/// # #[cfg(not(target_os = "linux"))]
/// # fn main() {}
/// ```
#[derive(Debug)]
pub struct UnixListener(Async<net::UnixListener>);

impl UnixListener {
    /// Listens on a path, which must not exist yet. It stays when the listener is dropped: remove it.
    /// Up to 4096 connections wait to be accepted, where the system allows as many.
    ///
    /// ```
    /// use std::{env, fs, io::ErrorKind, process};
    /// use glib_coro::net::UnixListener;
    ///
    /// # fn main() -> std::io::Result<()> { glib_coro::block_on(async {
    /// let path = env::temp_dir().join(format!("glib-coro-example-{}", process::id()));
    /// let listener = UnixListener::bind(&path)?;
    /// let second = UnixListener::bind(&path);
    /// drop(listener);
    /// fs::remove_file(&path)?;
    /// assert_eq!(second.unwrap_err().kind(), ErrorKind::AddrInUse);
    /// # Ok(()) }) }
    /// ```
    ///
    /// # Errors
    ///
    /// The kernel's errors: `AddrInUse` if the path exists, `PermissionDenied` and so on; `InvalidInput` for a path of
    /// more than 107 bytes.
    pub fn bind<P: AsRef<Path>>(path: P) -> io::Result<Self> {
        let address = address(path.as_ref())?;
        let listener = net::UnixListener::bind_addr(&address)?;
        lengthen_queue(&listener)?;
        Self::from_std(listener)
    }

    /// Waits for a connection.
    ///
    /// ```
    /// # #[cfg(target_os = "linux")]
    /// # fn main() -> std::io::Result<()> { glib_coro::block_on(async {
    /// use glib_coro::net::{UnixListener, UnixStream};
    ///
    /// let name = format!("\0example-accept-{}", std::process::id());
    /// let listener = UnixListener::bind(&name)?;
    /// let _client = UnixStream::connect(&name).await?;
    /// let (_stream, peer) = listener.accept().await?;
    /// assert!(peer.is_unnamed()); // clients need no name
    /// # Ok(()) }) }
    /// # #[cfg(not(target_os = "linux"))]
    /// # fn main() {}
    /// ```
    ///
    /// # Errors
    ///
    /// As [`TcpListener::accept`](super::TcpListener::accept).
    ///
    /// # Cancel safety
    ///
    /// No connection is lost when the future is dropped.
    pub async fn accept(&self) -> io::Result<(UnixStream, SocketAddr)> {
        let (stream, address) = self.0.accept().await?;
        Ok((UnixStream::from_async(stream), address))
    }

    /// The connections as a stream that never ends.
    pub fn incoming(&self) -> impl Stream<Item = io::Result<UnixStream>> + Send + Unpin + '_ {
        let streams = self.0.incoming();
        streams.map(|accepted| accepted.map(UnixStream::from_async))
    }

    /// The name it listens on.
    ///
    /// # Errors
    ///
    /// The kernel's errors.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.get_ref().local_addr()
    }
}

socket!(UnixListener(net::UnixListener));
