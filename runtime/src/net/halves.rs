//! The two halves of a stream.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use futures_io::{AsyncRead, AsyncWrite};

use super::forward::{close_by, read_by, write_by};

/// A stream that can be split.
pub trait Half {
    /// Ends the sending direction.
    fn end_sending(&self);
}

pub(super) fn split<S: Half>(stream: S) -> (OwnedReadHalf<S>, OwnedWriteHalf<S>) {
    let stream = Arc::new(stream);
    let writer = OwnedWriteHalf {
        stream: stream.clone(),
        ends_sending: true,
    };
    (OwnedReadHalf(stream), writer)
}

/// The half of a [`TcpStream`](super::TcpStream) or [`UnixStream`](super::UnixStream) that reads.
///
/// [`AsRef`] reaches the stream. It is closed when both halves are gone.
#[derive(Debug)]
pub struct OwnedReadHalf<S>(Arc<S>);

impl<S: Half> OwnedReadHalf<S> {
    /// Makes one stream of both halves again.
    ///
    /// ```
    /// # fn main() -> std::io::Result<()> { glib_coro::block_on(async {
    /// use glib_coro::net::UnixStream;
    ///
    /// let (stream, _) = UnixStream::pair()?;
    /// let (reader, writer) = stream.into_split();
    /// let stream = reader.reunite(writer).unwrap();
    /// # drop(stream); Ok(()) }) }
    /// ```
    ///
    /// # Errors
    ///
    /// Gives the halves back if they belong to different streams.
    pub fn reunite(self, mut writer: OwnedWriteHalf<S>) -> Result<S, ReuniteError<S>> {
        if !Arc::ptr_eq(&self.0, &writer.stream) {
            return Err(ReuniteError(self, writer));
        }
        writer.ends_sending = false;
        drop(writer);
        Ok(Arc::into_inner(self.0).expect("there are two halves, and one is gone"))
    }
}

/// The half of a [`TcpStream`](super::TcpStream) or [`UnixStream`](super::UnixStream) that writes.
///
/// Dropping it ends the sending direction, as `close` does: the other end reads the end of the stream.
/// [`AsRef`] reaches the stream. It is closed when both halves are gone.
#[derive(Debug)]
pub struct OwnedWriteHalf<S: Half> {
    stream: Arc<S>,
    /// What dropping it does.
    ends_sending: bool,
}

impl<S: Half> OwnedWriteHalf<S> {
    /// Drops it and leaves the sending direction open, until the other half is dropped.
    pub fn forget(mut self) {
        self.ends_sending = false;
    }
}

impl<S: Half> Drop for OwnedWriteHalf<S> {
    fn drop(&mut self) {
        if self.ends_sending {
            self.stream.end_sending();
        }
    }
}

impl<S> AsRef<S> for OwnedReadHalf<S> {
    fn as_ref(&self) -> &S {
        &self.0
    }
}

impl<S: Half> AsRef<S> for OwnedWriteHalf<S> {
    fn as_ref(&self) -> &S {
        &self.stream
    }
}

impl<S> AsyncRead for OwnedReadHalf<S>
where
    for<'a> &'a S: AsyncRead,
{
    read_by!(|this| &*this.0);
}

impl<S: Half> AsyncWrite for OwnedWriteHalf<S>
where
    for<'a> &'a S: AsyncWrite,
{
    write_by!(|this| &*this.stream);
    close_by!(|this| &*this.stream);
}

/// The two halves given to [`OwnedReadHalf::reunite`] belong to different streams.
#[derive(Debug)]
pub struct ReuniteError<S: Half>(pub OwnedReadHalf<S>, pub OwnedWriteHalf<S>);

impl<S: Half> fmt::Display for ReuniteError<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the halves belong to different streams")
    }
}

impl<S: Half + fmt::Debug> Error for ReuniteError<S> {}
