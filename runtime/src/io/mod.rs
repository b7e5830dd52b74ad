//! Waiting for file descriptors.
//!
//! [`readable`] and [`writable`] wait for any descriptor, whoever owns it. [`Async`] takes an I/O object, such as a
//! socket of std, sets it to non-blocking mode, and adds reads and writes that can be awaited.

mod asynchronous;
mod io_safe;
mod perform;
mod ready;
mod registrations;
#[cfg(feature = "net")]
mod socket;
#[cfg(feature = "net")]
mod tcp;
mod traits;
#[cfg(feature = "net")]
mod udp;
#[cfg(feature = "net")]
mod unix;
mod wait;

use std::io;
use std::os::fd::{AsRawFd, BorrowedFd};

pub use self::asynchronous::Async;
pub use self::io_safe::IoSafe;
pub use self::ready::{Ready, ReadyOwned};
#[cfg(feature = "net")]
pub(crate) use self::traits::Known;
pub use self::wait::{Readable, Writable, readable, writable};

/// Says what an error of the kernel means for someone who wants to wait for a descriptor.
fn explain(error: io::Error, fd: BorrowedFd<'_>) -> io::Error {
    if error.kind() == io::ErrorKind::PermissionDenied {
        return io::Error::new(
            io::ErrorKind::Unsupported,
            format!(
                "descriptor {} cannot be waited for: regular files and directories are always ready; \
                 read them on a thread",
                fd.as_raw_fd()
            ),
        );
    }
    error
}
