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
pub unsafe trait IoSafe {
    /// A read or write of less than was asked for leaves nothing to read, or no room. It does for TCP, but not where a message or a
    /// passed descriptor ends a read early, nor where a buffer lies in between.
    #[doc(hidden)]
    const DRAINS: bool = false;
}

// SAFETY: std's `Read` and `Write` of these types call the kernel and touch nothing else.
unsafe impl IoSafe for net::TcpStream {
    const DRAINS: bool = true;
}
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

#[cfg(all(test, target_os = "linux", not(glib_coro_backend = "polling")))]
mod tests {
    use std::cell::Cell;
    use std::io::{self, Read, Write};
    use std::net::{Ipv4Addr, TcpListener, TcpStream};
    use std::os::fd::{AsFd, BorrowedFd};
    use std::rc::Rc;

    use futures_util::AsyncReadExt;

    use super::IoSafe;
    use crate::Async;
    use crate::event_loop::Standalone;
    use crate::runtime::Runtime;

    /// Counts the reads that would have blocked.
    struct Counting<const DRAINS: bool>(TcpStream, Cell<usize>);

    impl<const DRAINS: bool> Read for Counting<DRAINS> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let result = self.0.read(buffer);
            if let Err(error) = &result {
                assert_eq!(error.kind(), io::ErrorKind::WouldBlock);
                self.1.update(|count| count + 1);
            }
            result
        }
    }

    impl<const DRAINS: bool> AsFd for Counting<DRAINS> {
        fn as_fd(&self) -> BorrowedFd<'_> {
            self.0.as_fd()
        }
    }

    // SAFETY: as for `TcpStream`.
    unsafe impl<const DRAINS: bool> IoSafe for Counting<DRAINS> {
        const DRAINS: bool = DRAINS;
    }

    /// How many reads of ten messages would have blocked.
    fn would_block<const DRAINS: bool>() -> usize {
        let runtime = Runtime::builder().event_loop(Standalone::new());
        runtime.build().unwrap().block_on(async {
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
            let mut theirs = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
            let (ours, _) = listener.accept().unwrap();
            let mut ours = Async::new(Counting::<DRAINS>(ours, Cell::new(0))).unwrap();
            let received = Rc::new(Cell::new(0));
            let seen = received.clone();
            let writer = crate::spawn(async move {
                for number in 0..10 {
                    // The one before was read, so that each is an event of its own, and the reader waits.
                    while seen.get() < number * b"hello".len() {
                        crate::yield_now().await;
                    }
                    crate::idle().await;
                    theirs.write_all(b"hello").unwrap();
                }
                theirs
            });
            let mut buffer = [0; 64];
            while received.get() < 10 * b"hello".len() {
                let length = ours.read(&mut buffer).await.unwrap();
                received.update(|received| received + length);
            }
            writer.await.unwrap();
            ours.get_ref().1.get()
        })
    }

    #[test]
    fn after_a_short_read_the_next_event_is_awaited() {
        assert_eq!(
            would_block::<true>(),
            1,
            "the first, which is tried at once"
        );
        assert_eq!(would_block::<false>(), 10, "and one before each event");
    }
}
