//! Types whose reads and writes leave the descriptor alone.

#![allow(
    unsafe_code,
    reason = "an unsafe trait has unsafe implementations; each names the std type that keeps the promise"
)]

use std::{io, net, process};

/// Types whose `Read` and `Write` methods never close or replace the descriptor.
///
/// [`Async`](super::Async) gives out `&mut T` to these methods, and the descriptor must be the one that
/// was registered for as long as the `Async` lives. async-io has the same trait for the same reason.
///
/// # Safety
///
/// Implementations of `Read`, `Write`, `Seek` and `BufRead` must not drop, replace or close the
/// descriptor.
pub unsafe trait IoSafe {}

// SAFETY: std's `Read` and `Write` of these types call the kernel and touch nothing else.
unsafe impl IoSafe for net::TcpStream {}
// SAFETY: as above.
#[cfg(unix)]
unsafe impl IoSafe for std::os::unix::net::UnixStream {}
// SAFETY: as above.
unsafe impl IoSafe for io::Stdin {}
// SAFETY: as above.
unsafe impl IoSafe for io::Stdout {}
// SAFETY: as above.
unsafe impl IoSafe for io::Stderr {}
// SAFETY: as above.
unsafe impl IoSafe for io::StdinLock<'_> {}
// SAFETY: as above.
unsafe impl IoSafe for io::StdoutLock<'_> {}
// SAFETY: as above.
unsafe impl IoSafe for io::StderrLock<'_> {}
// SAFETY: as above.
unsafe impl IoSafe for io::PipeReader {}
// SAFETY: as above.
unsafe impl IoSafe for io::PipeWriter {}
// SAFETY: as above.
unsafe impl IoSafe for process::ChildStdin {}
// SAFETY: as above.
unsafe impl IoSafe for process::ChildStdout {}
// SAFETY: as above.
unsafe impl IoSafe for process::ChildStderr {}
// SAFETY: as above.
unsafe impl IoSafe for std::fs::File {}
// SAFETY: a buffer replaces nothing.
unsafe impl<T: IoSafe + io::Read> IoSafe for io::BufReader<T> {}
// SAFETY: a buffer replaces nothing.
unsafe impl<T: IoSafe + io::Write> IoSafe for io::BufWriter<T> {}
// SAFETY: a buffer replaces nothing.
unsafe impl<T: IoSafe + io::Write> IoSafe for io::LineWriter<T> {}
// SAFETY: the methods forward to those of `T`.
unsafe impl<T: IoSafe + ?Sized> IoSafe for &mut T {}
// SAFETY: the methods forward to those of `T`.
unsafe impl<T: IoSafe + ?Sized> IoSafe for Box<T> {}
// SAFETY: a shared reference cannot replace what it refers to.
unsafe impl<T: ?Sized> IoSafe for &T {}
