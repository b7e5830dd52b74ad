//! Where server and client meet.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use clap::{ValueEnum, value_parser};

/// The options that server and client have in common.
#[derive(Clone, Copy, Debug, clap::Args)]
pub struct Endpoint {
    /// The version of the Internet protocol
    #[arg(long, value_enum, default_value = "4", value_name = "VERSION")]
    ipv: Version,
    /// The port of the server
    #[arg(long, value_parser = value_parser!(u16).range(1..), default_value = "2323")]
    port: u16,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Version {
    #[value(name = "4")]
    V4,
    #[value(name = "6")]
    V6,
}

impl Endpoint {
    /// The server's address: always on this machine.
    pub fn address(self) -> SocketAddr {
        let ip = match self.ipv {
            Version::V4 => IpAddr::from(Ipv4Addr::LOCALHOST),
            Version::V6 => IpAddr::from(Ipv6Addr::LOCALHOST),
        };
        SocketAddr::new(ip, self.port)
    }
}
