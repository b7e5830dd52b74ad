//! The pipes to a child's standard streams.

use std::io::{self, IoSlice, IoSliceMut, PipeReader, PipeWriter, Read};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::pin::Pin;
use std::process::{self, Stdio};
use std::task::{Context, Poll};

use futures_io::{AsyncRead, AsyncWrite};

use crate::io::Async;

/// What a child reads from its standard input.
///
/// The child sees the end of it when this is dropped or closed (`AsyncWriteExt::close`).
///
/// ```
/// use std::process::Stdio;
/// use futures_util::AsyncWriteExt;
/// use glib_coro::process::Command;
///
/// # fn main() -> std::io::Result<()> { glib_coro::block_on(async {
/// let mut count = Command::new("wc").arg("-c").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
/// let mut stdin = count.stdin.take().expect("piped");
/// stdin.write_all(b"hello").await?;
/// drop(stdin);
/// let output = count.wait_with_output().await?;
/// assert_eq!(output.stdout.trim_ascii(), b"5");
/// # Ok(()) }) }
/// ```
#[derive(Debug)]
pub struct ChildStdin {
    /// `None`: closed.
    pipe: Option<Async<PipeWriter>>,
}

impl ChildStdin {
    pub(super) fn new(stdin: process::ChildStdin) -> io::Result<Self> {
        let pipe = Async::new(PipeWriter::from(OwnedFd::from(stdin)))?;
        Ok(Self { pipe: Some(pipe) })
    }

    /// Takes the descriptor out, for another process to use: in blocking mode, as most expect it.
    ///
    /// # Errors
    ///
    /// `BrokenPipe` if it was closed; and the kernel's.
    pub fn into_owned_fd(self) -> io::Result<OwnedFd> {
        blocking(self.pipe.ok_or_else(closed)?)
    }

    fn pipe(&mut self) -> io::Result<Pin<&mut Async<PipeWriter>>> {
        self.pipe.as_mut().map(Pin::new).ok_or_else(closed)
    }
}

fn closed() -> io::Error {
    io::Error::new(
        io::ErrorKind::BrokenPipe,
        "the child's standard input was closed on this side",
    )
}

/// Takes a descriptor out of the runtime.
fn blocking<T: AsFd + Into<OwnedFd>>(pipe: Async<T>) -> io::Result<OwnedFd> {
    let fd = pipe.into_inner()?.into();
    rustix::io::ioctl_fionbio(&fd, false)?;
    Ok(fd)
}

impl AsyncWrite for ChildStdin {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.pipe()?.poll_write(cx, buffer)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffers: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.pipe()?.poll_write_vectored(cx, buffers)
    }

    /// Does nothing: what was written is in the pipe.
    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    /// Closes the descriptor.
    fn poll_close(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        drop(self.pipe.take());
        Poll::Ready(Ok(()))
    }
}

impl TryFrom<ChildStdin> for Stdio {
    type Error = io::Error;

    /// For the standard output of another child, which then writes to this one.
    fn try_from(stdin: ChildStdin) -> io::Result<Self> {
        stdin.into_owned_fd().map(Self::from)
    }
}

macro_rules! reader {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $name {
            pipe: Async<PipeReader>,
        }

        impl $name {
            pub(super) fn new(stream: process::$name) -> io::Result<Self> {
                let pipe = Async::new(PipeReader::from(OwnedFd::from(stream)))?;
                Ok(Self { pipe })
            }

            /// Takes the descriptor out, for another process to use: in blocking mode, as most expect it.
            ///
            /// # Errors
            ///
            /// The kernel's errors.
            pub fn into_owned_fd(self) -> io::Result<OwnedFd> {
                blocking(self.pipe)
            }

            pub(super) fn into_pipe(self) -> Async<PipeReader> {
                self.pipe
            }
        }

        impl AsyncRead for $name {
            fn poll_read(
                mut self: Pin<&mut Self>,
                cx: &mut Context<'_>,
                buffer: &mut [u8],
            ) -> Poll<io::Result<usize>> {
                Pin::new(&mut self.pipe).poll_read(cx, buffer)
            }

            fn poll_read_vectored(
                mut self: Pin<&mut Self>,
                cx: &mut Context<'_>,
                buffers: &mut [IoSliceMut<'_>],
            ) -> Poll<io::Result<usize>> {
                Pin::new(&mut self.pipe).poll_read_vectored(cx, buffers)
            }
        }

        impl AsFd for $name {
            fn as_fd(&self) -> BorrowedFd<'_> {
                self.pipe.as_fd()
            }
        }

        impl TryFrom<$name> for Stdio {
            type Error = io::Error;

            /// For the standard input of another child, which then reads from this one.
            fn try_from(stream: $name) -> io::Result<Self> {
                stream.into_owned_fd().map(Self::from)
            }
        }
    };
}

reader! {
    /// What a child writes to its standard output.
    ///
    /// It ends when everybody who has inherited it has closed it, children of the child included.
    ChildStdout
}
reader! {
    /// What a child writes to its standard error. Otherwise as [`ChildStdout`].
    ChildStderr
}

/// Reads a stream, if there is one, to its end.
pub(super) async fn read_to_end(pipe: Option<Async<PipeReader>>) -> io::Result<Vec<u8>> {
    /// As much at a time, so that a child that writes as fast as it is read holds nobody up.
    const SHARE: u64 = 16 * 1024;
    let mut bytes = Vec::new();
    let Some(pipe) = pipe else {
        return Ok(bytes);
    };
    loop {
        // What was read before `WouldBlock` is in there too.
        let read = pipe.read_with(|pipe| pipe.take(SHARE).read_to_end(&mut bytes));
        if read.await? < SHARE as usize {
            return Ok(bytes);
        }
    }
}
