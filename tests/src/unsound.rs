//! What a correct program cannot do: closing a descriptor that somebody else owns.
//!
//! Only for tests that have the process to themselves, since the number may be given to somebody else.

#![allow(
    unsafe_code,
    reason = "tests of what the runtime does with descriptors closed behind its back"
)]

use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};

/// Closes a descriptor behind its owner's back. The owner must be leaked, or the number be given to
/// another descriptor before it is dropped.
pub fn close_behind_its_back(fd: &impl AsRawFd) {
    // SAFETY: not sound in general; the caller sees to it that the owner does not close the number
    // again, and runs in a process of its own.
    drop(unsafe { OwnedFd::from_raw_fd(fd.as_raw_fd()) });
}

/// Claims that a number is an open descriptor.
pub fn claim(fd: RawFd) -> BorrowedFd<'static> {
    // SAFETY: not sound in general; the kernel answers EBADF to every use of a number that is closed.
    unsafe { BorrowedFd::borrow_raw(fd) }
}
