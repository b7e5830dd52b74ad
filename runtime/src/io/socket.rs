//! Sockets as they are born.

use std::io;
use std::os::fd::OwnedFd;

use rustix::net::{AddressFamily, SocketType};

/// A socket that is non-blocking and close-on-exec.
#[cfg(not(target_vendor = "apple"))]
pub(crate) fn nonblocking(family: AddressFamily, kind: SocketType) -> io::Result<OwnedFd> {
    use rustix::net::{SocketFlags, socket_with};

    let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
    Ok(socket_with(family, kind, flags, None)?)
}

/// A socket that is non-blocking and close-on-exec, and raises no SIGPIPE.
#[cfg(target_vendor = "apple")]
pub(crate) fn nonblocking(family: AddressFamily, kind: SocketType) -> io::Result<OwnedFd> {
    use rustix::io::{FdFlags, fcntl_setfd, ioctl_fionbio};
    use rustix::net::{socket, sockopt::set_socket_nosigpipe};

    let socket = socket(family, kind, None)?;
    fcntl_setfd(&socket, FdFlags::CLOEXEC)?;
    ioctl_fionbio(&socket, true)?;
    set_socket_nosigpipe(&socket, true)?;
    Ok(socket)
}
