//! What all sockets have, what all streams have, and what all listeners have.

use std::io;
use std::os::fd::AsFd;

/// Gives a listener a longer queue than std's 128: a burst of connections overflows that one, and what overflows
/// waits for a second or more, until the client tries again.
pub(super) fn lengthen_queue(listener: impl AsFd) -> io::Result<()> {
    Ok(rustix::net::listen(listener, 4096)?)
}

/// Conversions from and into std's type, and access to the descriptor, for a tuple struct around an `Async`.
macro_rules! socket {
    ($name:ident($std:ty)) => {
        impl $name {
            /// Takes a socket of std's, and makes it non-blocking.
            ///
            /// # Errors
            ///
            /// As [`Async::new`](crate::Async::new).
            pub fn from_std(socket: $std) -> std::io::Result<Self> {
                crate::Async::new(socket).map(Self)
            }

            /// Gives the socket to std. It stays non-blocking.
            ///
            /// # Errors
            ///
            /// As [`Async::into_inner`](crate::Async::into_inner).
            pub fn into_std(self) -> std::io::Result<$std> {
                self.0.into_inner()
            }
        }

        impl TryFrom<$std> for $name {
            type Error = std::io::Error;

            fn try_from(socket: $std) -> std::io::Result<Self> {
                Self::from_std(socket)
            }
        }

        impl std::os::fd::AsFd for $name {
            fn as_fd(&self) -> std::os::fd::BorrowedFd<'_> {
                self.0.as_fd()
            }
        }

        impl std::os::fd::AsRawFd for $name {
            fn as_raw_fd(&self) -> std::os::fd::RawFd {
                self.0.as_raw_fd()
            }
        }
    };
}
pub(super) use socket;

/// The I/O traits, for the stream and for references to it.
macro_rules! stream {
    ($name:ident) => {
        impl $name {
            /// Closes one direction or both, which the other end notices.
            ///
            /// ```
            /// use std::net::Shutdown;
            /// use futures_util::{AsyncReadExt, AsyncWriteExt};
            /// use glib_coro::net::UnixStream;
            ///
            /// # fn main() -> std::io::Result<()> { glib_coro::block_on(async {
            /// let (mut ours, mut theirs) = UnixStream::pair()?;
            /// ours.write_all(b"question").await?;
            /// ours.shutdown(Shutdown::Write)?; // what the other end answers can still be read
            /// let mut text = String::new();
            /// theirs.read_to_string(&mut text).await?;
            /// assert_eq!(text, "question");
            /// # Ok(()) }) }
            /// ```
            ///
            /// # Errors
            ///
            /// The kernel's errors.
            pub fn shutdown(&self, how: std::net::Shutdown) -> std::io::Result<()> {
                self.0.get_ref().shutdown(how)
            }

            /// Waits until there is something to read, the end included.
            ///
            /// # Errors
            ///
            /// The kernel's errors.
            ///
            /// # Cancel safety
            ///
            /// Dropping the future has no effect.
            pub async fn readable(&self) -> std::io::Result<()> {
                self.0.readable().await
            }

            /// Waits until there is room to write.
            ///
            /// # Errors
            ///
            /// The kernel's errors.
            ///
            /// # Cancel safety
            ///
            /// Dropping the future has no effect.
            pub async fn writable(&self) -> std::io::Result<()> {
                self.0.writable().await
            }

            /// Makes two halves of it: one that reads and one that writes. Dropping the one that writes ends the
            /// sending direction.
            ///
            /// ```
            /// use futures_util::{AsyncReadExt, AsyncWriteExt};
            /// use glib_coro::net::UnixStream;
            ///
            /// # fn main() -> std::io::Result<()> { glib_coro::block_on(async {
            /// let (ours, mut theirs) = UnixStream::pair()?;
            /// let (mut reader, mut writer) = ours.into_split();
            /// let question = glib_coro::spawn(async move { writer.write_all(b"how much?").await });
            /// let mut text = String::new();
            /// theirs.read_to_string(&mut text).await?; // up to where `writer` was dropped
            /// theirs.write_all(b"42").await?;
            /// drop(theirs);
            /// let mut answer = String::new();
            /// reader.read_to_string(&mut answer).await?;
            /// assert_eq!((&*text, &*answer), ("how much?", "42"));
            /// # question.await.unwrap()
            /// # }) }
            /// ```
            pub fn into_split(
                self,
            ) -> (
                $crate::net::OwnedReadHalf<Self>,
                $crate::net::OwnedWriteHalf<Self>,
            ) {
                $crate::net::halves::split(self)
            }
        }

        impl $crate::net::halves::Half for $name {
            fn end_sending(&self) {
                // The other end may be gone already.
                let _ = self.shutdown(std::net::Shutdown::Write);
            }
        }

        impl futures_io::AsyncRead for &$name {
            $crate::net::forward::read_by!(|this| $crate::io::Known(&this.0));
        }

        impl futures_io::AsyncRead for $name {
            $crate::net::forward::read_by!(|this| &*this);
        }

        impl futures_io::AsyncWrite for &$name {
            $crate::net::forward::write_by!(|this| $crate::io::Known(&this.0));

            /// Ends the sending direction, which the other end reads as the end of the stream.
            fn poll_close(
                self: std::pin::Pin<&mut Self>,
                _cx: &mut std::task::Context<'_>,
            ) -> std::task::Poll<std::io::Result<()>> {
                std::task::Poll::Ready(match self.shutdown(std::net::Shutdown::Write) {
                    // The other end is gone already.
                    Err(error) if error.kind() == std::io::ErrorKind::NotConnected => Ok(()),
                    result => result,
                })
            }
        }

        impl futures_io::AsyncWrite for $name {
            $crate::net::forward::write_by!(|this| &*this);
            $crate::net::forward::close_by!(|this| &*this);
        }
    };
}
pub(super) use stream;

/// The methods of `AsyncRead`, by way of what can be read inside.
macro_rules! read_by {
    (|$this:ident| $inner:expr) => {
        fn poll_read(
            self: std::pin::Pin<&mut Self>,
            cx: &mut std::task::Context<'_>,
            buffer: &mut [u8],
        ) -> std::task::Poll<std::io::Result<usize>> {
            let $this = self;
            std::pin::Pin::new(&mut $inner).poll_read(cx, buffer)
        }

        fn poll_read_vectored(
            self: std::pin::Pin<&mut Self>,
            cx: &mut std::task::Context<'_>,
            buffers: &mut [std::io::IoSliceMut<'_>],
        ) -> std::task::Poll<std::io::Result<usize>> {
            let $this = self;
            std::pin::Pin::new(&mut $inner).poll_read_vectored(cx, buffers)
        }
    };
}
pub(super) use read_by;

/// The methods of `AsyncWrite` but one, by way of what can be written inside.
macro_rules! write_by {
    (|$this:ident| $inner:expr) => {
        fn poll_write(
            self: std::pin::Pin<&mut Self>,
            cx: &mut std::task::Context<'_>,
            buffer: &[u8],
        ) -> std::task::Poll<std::io::Result<usize>> {
            let $this = self;
            std::pin::Pin::new(&mut $inner).poll_write(cx, buffer)
        }

        fn poll_write_vectored(
            self: std::pin::Pin<&mut Self>,
            cx: &mut std::task::Context<'_>,
            buffers: &[std::io::IoSlice<'_>],
        ) -> std::task::Poll<std::io::Result<usize>> {
            let $this = self;
            std::pin::Pin::new(&mut $inner).poll_write_vectored(cx, buffers)
        }

        fn poll_flush(
            self: std::pin::Pin<&mut Self>,
            cx: &mut std::task::Context<'_>,
        ) -> std::task::Poll<std::io::Result<()>> {
            let $this = self;
            std::pin::Pin::new(&mut $inner).poll_flush(cx)
        }
    };
}
pub(super) use write_by;

/// The method that `write_by!` leaves out.
macro_rules! close_by {
    (|$this:ident| $inner:expr) => {
        fn poll_close(
            self: std::pin::Pin<&mut Self>,
            cx: &mut std::task::Context<'_>,
        ) -> std::task::Poll<std::io::Result<()>> {
            let $this = self;
            std::pin::Pin::new(&mut $inner).poll_close(cx)
        }
    };
}
pub(super) use close_by;
