//! The I/O traits of [`Async`].

use std::io::{self, IoSlice, IoSliceMut, Read, Write};
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_io::{AsyncRead, AsyncWrite};

use super::{Async, IoSafe};
use crate::core::source::Direction;

/// The methods of `AsyncRead`. `drains`: a read of less than was asked for leaves nothing.
macro_rules! read {
    (|$this:ident, $direction:ident| $target:expr, drains: $drains:expr) => {
        fn poll_read(
            self: Pin<&mut Self>,
            cx: &mut Context<'_>,
            buffer: &mut [u8],
        ) -> Poll<io::Result<usize>> {
            let ($direction, asked) = (Direction::Read, buffer.len());
            #[allow(unused_mut, reason = "not where it is shared")]
            let mut $this = self;
            $target.poll(cx, |io| io.read(buffer), is_short($drains, asked))
        }

        fn poll_read_vectored(
            self: Pin<&mut Self>,
            cx: &mut Context<'_>,
            buffers: &mut [IoSliceMut<'_>],
        ) -> Poll<io::Result<usize>> {
            let $direction = Direction::Read;
            #[allow(unused_mut, reason = "not where it is shared")]
            let mut $this = self;
            $target.poll(cx, |io| io.read_vectored(buffers), |_| false)
        }
    };
}

/// The methods of `AsyncWrite`. `drains`: a write of less than was asked for leaves no room.
macro_rules! write {
    (|$this:ident, $direction:ident| $target:expr, drains: $drains:expr) => {
        fn poll_write(
            self: Pin<&mut Self>,
            cx: &mut Context<'_>,
            buffer: &[u8],
        ) -> Poll<io::Result<usize>> {
            let ($direction, asked) = (Direction::Write, buffer.len());
            #[allow(unused_mut, reason = "not where it is shared")]
            let mut $this = self;
            $target.poll(cx, |io| io.write(buffer), is_short($drains, asked))
        }

        fn poll_write_vectored(
            self: Pin<&mut Self>,
            cx: &mut Context<'_>,
            buffers: &[IoSlice<'_>],
        ) -> Poll<io::Result<usize>> {
            let $direction = Direction::Write;
            #[allow(unused_mut, reason = "not where it is shared")]
            let mut $this = self;
            $target.poll(cx, |io| io.write_vectored(buffers), |_| false)
        }

        fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
            let $direction = Direction::Write;
            #[allow(unused_mut, reason = "not where it is shared")]
            let mut $this = self;
            $target.poll(cx, |io| io.flush(), |()| false)
        }

        /// Flushes. The descriptor is closed when the value is dropped.
        fn poll_close(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
            self.poll_flush(cx)
        }
    };
}

/// Whether that many bytes, of as many as were asked for, say that nothing is left to read, or no room. Of several buffers they do not:
/// the kernel takes so many at a time (`IOV_MAX`), and std leaves the others out.
#[inline]
fn is_short(drains: bool, asked: usize) -> impl Fn(&usize) -> bool {
    move |&done| drains && 0 < done && done < asked
}

impl<T: IoSafe + Read> AsyncRead for Async<T> {
    read!(|this, direction| this.target_mut(direction), drains: T::DRAINS);
}

impl<T: IoSafe + Write> AsyncWrite for Async<T> {
    write!(|this, direction| this.target_mut(direction), drains: T::DRAINS);
}

impl<T> AsyncRead for &Async<T>
where
    for<'a> &'a T: Read,
{
    read!(|this, direction| this.target(&mut this.get_ref(), direction), drains: false);
}

impl<T> AsyncWrite for &Async<T>
where
    for<'a> &'a T: Write,
{
    write!(|this, direction| this.target(&mut this.get_ref(), direction), drains: false);
}

#[cfg(feature = "net")]
pub(crate) use self::known::Known;

#[cfg(feature = "net")]
mod known {
    use super::*;

    /// A shared `Async` of which it is known what a short read says.
    pub(crate) struct Known<'a, T>(pub(crate) &'a Async<T>);

    impl<T: IoSafe> AsyncRead for Known<'_, T>
    where
        for<'a> &'a T: Read,
    {
        read!(|this, direction| this.0.target(&mut this.0.get_ref(), direction), drains: T::DRAINS);
    }

    impl<T: IoSafe> AsyncWrite for Known<'_, T>
    where
        for<'a> &'a T: Write,
    {
        write!(|this, direction| this.0.target(&mut this.0.get_ref(), direction), drains: T::DRAINS);
    }
}
