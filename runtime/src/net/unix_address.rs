//! The names of Unix sockets.

use std::io;
use std::os::unix::net::SocketAddr;
use std::path::Path;

/// A path, or the abstract name behind a zero byte.
pub(super) fn address(path: &Path) -> io::Result<SocketAddr> {
    #[cfg(target_os = "linux")]
    if let Some(name) = path.as_os_str().as_encoded_bytes().strip_prefix(b"\0") {
        return <SocketAddr as std::os::linux::net::SocketAddrExt>::from_abstract_name(name);
    }
    SocketAddr::from_pathname(path)
}
