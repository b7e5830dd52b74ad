//! Lines from somebody who is not trusted.

use std::io;

use futures_util::{AsyncBufRead, AsyncBufReadExt, AsyncReadExt};

/// Reads a line of at most `limit` bytes, and returns it without its end.
///
/// `None` means that the input ended before the line did. A longer line is an error as soon as that
/// is known, so no input takes more than `limit` bytes of memory.
pub async fn read_line<R>(input: &mut R, limit: usize) -> io::Result<Option<String>>
where
    R: AsyncBufRead + Unpin,
{
    let mut line = Vec::new();
    input
        .take(limit as u64)
        .read_until(b'\n', &mut line)
        .await?;
    if line.pop_if(|last| *last == b'\n').is_none() {
        return if line.len() == limit {
            Err(invalid("a line is too long"))
        } else {
            Ok(None)
        };
    }
    String::from_utf8(line)
        .map(Some)
        .map_err(|_| invalid("a line is not text"))
}

/// An error about what came in.
pub fn invalid(reason: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, reason)
}
