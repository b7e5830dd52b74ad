//! Ports for the programs under test.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream};
use std::os::fd::OwnedFd;

use rustix::net::sockopt::set_socket_reuseaddr;
use rustix::net::{AddressFamily, SocketFlags, SocketType, bind, getsockname, socket_with};

use crate::support::PATIENCE;

/// A port that nobody else is given, and that one program can listen on.
///
/// The socket that holds it never listens, and allows others to bind beside it: the kernel gives the
/// port to nobody who asks for any, yet to a server that asks for this one.
pub(crate) struct Port {
    address: SocketAddr,
    _holder: OwnedFd,
}

impl Port {
    /// On the loopback of IPv4.
    pub(crate) fn new() -> Self {
        Self::on(Ipv4Addr::LOCALHOST.into(), AddressFamily::INET).expect("a free port")
    }

    /// On the loopback of IPv6; `None` on a machine that has none.
    pub(crate) fn v6() -> Option<Self> {
        Self::on(Ipv6Addr::LOCALHOST.into(), AddressFamily::INET6)
    }

    fn on(ip: IpAddr, family: AddressFamily) -> Option<Self> {
        let holder = socket_with(family, SocketType::STREAM, SocketFlags::CLOEXEC, None).ok()?;
        set_socket_reuseaddr(&holder, true).ok()?;
        bind(&holder, &SocketAddr::new(ip, 0)).ok()?;
        let address = getsockname(&holder).ok()?.try_into().ok()?;
        Some(Self {
            address,
            _holder: holder,
        })
    }

    /// The option that names the port.
    pub(crate) fn option(&self) -> String {
        format!("--port={}", self.address.port())
    }

    /// Listens on it, in place of a server.
    pub(crate) fn listen(&self) -> TcpListener {
        TcpListener::bind(self.address).expect("nobody else listens")
    }

    /// Connects to whoever listens on it.
    pub(crate) fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).expect("somebody listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("a time-out");
        stream
            .set_write_timeout(Some(PATIENCE))
            .expect("a time-out");
        stream
    }
}
