//! [hyper] 1 on the loop: its runtime traits over [`spawn`](crate::spawn()), [`Sleep`] and the streams of `futures-io`.
//!
//! hyper brings no sockets, timers or tasks; it asks for them through the traits of [`hyper::rt`]. A
//! server needs all three, a client the stream alone:
//!
//! ```
//! use std::convert::Infallible;
//! use bytes::Bytes;
//! use glib_coro::compat::hyper::{Io, Timer};
//! use glib_coro::net::{TcpListener, TcpStream};
//! use http_body_util::{BodyExt, Empty, Full};
//! use hyper::service::service_fn;
//! use hyper::{Request, Response};
//!
//! # type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;
//! async fn greet(listener: TcpListener) -> Result<()> {
//!     let (stream, _) = listener.accept().await?;
//!     let service = service_fn(|_request| async {
//!         Ok::<_, Infallible>(Response::new(Full::new(Bytes::from("hello"))))
//!     });
//!     hyper::server::conn::http1::Builder::new()
//!         .timer(Timer)
//!         .serve_connection(Io::new(stream), service)
//!         .await?;
//!     Ok(())
//! }
//!
//! # fn main() -> Result<()> { glib_coro::block_on(async {
//! let listener = TcpListener::bind(([127, 0, 0, 1], 0)).await?;
//! let address = listener.local_addr()?;
//! let server = glib_coro::spawn(greet(listener));
//!
//! let stream = TcpStream::connect(address).await?;
//! let (mut sender, connection) = hyper::client::conn::http1::handshake(Io::new(stream)).await?;
//! let connection = glib_coro::spawn(connection);
//! let request = Request::get("/").header("host", "example.org").body(Empty::<Bytes>::new())?;
//! let body = sender.send_request(request).await?.into_body();
//! assert_eq!(body.collect().await?.to_bytes(), "hello");
//!
//! drop(sender); // which ends the connection
//! connection.await??;
//! server.await?
//! # }) }
//! ```
//!
//! Nothing of it has to be `Send`: service and body live on the loop's thread and may hold widgets. The example program
//! `http_server` shows which limits a server should set, and how it ends gracefully.
//!
//! [hyper]: https://hyper.rs

use std::future::Future;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use futures_io::{AsyncRead, AsyncWrite};
use hyper::rt::{self, ReadBuf, ReadBufCursor};
use pin_project_lite::pin_project;

use crate::task::spawn;
use crate::time::{self, Sleep};

/// Spawns hyper's background work, as a coroutine of the thread's [current runtime](crate::runtime).
///
/// ```
/// use glib_coro::compat::hyper::Executor;
/// use hyper::rt::Executor as _;
///
/// # glib_coro::block_on(async {
/// let shared = std::rc::Rc::new(std::cell::Cell::new(0));
/// let inner = shared.clone();
/// Executor.execute(async move { inner.set(42) });
/// glib_coro::yield_now().await;
/// assert_eq!(shared.get(), 42);
/// # });
/// ```
///
/// # Panics
///
/// `execute` panics on a thread that cannot have a runtime, as [`spawn`](crate::spawn()) does.
#[derive(Clone, Copy, Debug, Default)]
pub struct Executor;

impl<F> rt::Executor<F> for Executor
where
    F: Future + 'static,
    F::Output: 'static,
{
    #[track_caller]
    fn execute(&self, future: F) {
        drop(spawn(future));
    }
}

/// hyper's clock and timeouts: [`time::now`] and [`Sleep`].
///
/// ```
/// use std::time::Duration;
/// use glib_coro::compat::hyper::Timer;
/// use hyper::server::conn::http1;
///
/// let mut server = http1::Builder::new();
/// server.timer(Timer).header_read_timeout(Duration::from_secs(10));
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Timer;

impl rt::Timer for Timer {
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn rt::Sleep>> {
        Box::pin(time::sleep(duration))
    }

    fn sleep_until(&self, deadline: Instant) -> Pin<Box<dyn rt::Sleep>> {
        Box::pin(time::sleep_until(deadline))
    }

    fn now(&self) -> Instant {
        time::now()
    }

    fn reset(&self, sleep: &mut Pin<Box<dyn rt::Sleep>>, deadline: Instant) {
        match sleep.as_mut().downcast_mut_pin::<Sleep>() {
            Some(ours) => ours.get_mut().reset(deadline),
            None => *sleep = self.sleep_until(deadline),
        }
    }
}

impl rt::Sleep for Sleep {}

pin_project! {
    /// A stream for hyper: [`hyper::rt::Read`] and [`hyper::rt::Write`] for whatever has the traits of
    /// `futures-io`, as the streams of [`net`](crate::net) and [`Async`](crate::Async) have.
    ///
    /// The other way round too, for a connection that hyper gives back after an upgrade:
    /// `Io::new(upgraded)` has the traits of `futures-io`.
    ///
    /// hyper shuts a stream down by `poll_close`, which for a socket ends the sending direction.
    #[derive(Debug)]
    pub struct Io<T> {
        #[pin]
        inner: T,
    }
}

impl<T> Io<T> {
    /// Wraps a stream.
    ///
    /// ```
    /// use std::os::unix::net::UnixStream;
    /// use glib_coro::{Async, compat::hyper::Io};
    ///
    /// # fn main() -> std::io::Result<()> { glib_coro::block_on(async {
    /// let (ours, _theirs) = UnixStream::pair()?;
    /// let io = Io::new(Async::new(ours)?);
    /// assert!(io.get_ref().get_ref().peer_addr()?.is_unnamed());
    /// let _stream = io.into_inner();
    /// # Ok(()) }) }
    /// ```
    pub fn new(inner: T) -> Self {
        Self { inner }
    }

    /// The stream.
    pub fn get_ref(&self) -> &T {
        &self.inner
    }

    /// The stream.
    pub fn get_mut(&mut self) -> &mut T {
        &mut self.inner
    }

    /// Gives the stream back.
    pub fn into_inner(self) -> T {
        self.inner
    }
}

// hyper writes what it has to send as one buffer, because a stream cannot say whether it has a vectored
// write worth the name: through one that has none, head and body would go as two small segments.
impl<T: AsyncWrite> rt::Write for Io<T> {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.project().inner.poll_write(cx, buffer)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffers: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.project().inner.poll_write_vectored(cx, buffers)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.project().inner.poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.project().inner.poll_close(cx)
    }
}

/// The most that is read at once: hyper's first guess, too.
const READ: usize = 8 * 1024;

impl<T: AsyncRead> rt::Read for Io<T> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        mut buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        // By way of the stack: hyper's memory is not initialized, and a stream of `futures-io` may look at
        // what it is to write to. Zeroing and copying cost less than the system call.
        let mut bytes = [0; READ];
        let room = buffer.remaining().min(READ);
        let length = ready!(self.project().inner.poll_read(cx, &mut bytes[..room]))?;
        buffer.put_slice(&bytes[..length]);
        Poll::Ready(Ok(()))
    }
}

impl<T: rt::Read> AsyncRead for Io<T> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        let mut buffer = ReadBuf::new(buffer);
        ready!(self.project().inner.poll_read(cx, buffer.unfilled()))?;
        Poll::Ready(Ok(buffer.filled().len()))
    }
}

impl<T: rt::Write> AsyncWrite for Io<T> {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.project().inner.poll_write(cx, buffer)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffers: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.project().inner.poll_write_vectored(cx, buffers)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.project().inner.poll_flush(cx)
    }

    fn poll_close(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.project().inner.poll_shutdown(cx)
    }
}
