//! Internet addresses, and names for them.

use std::io;
use std::net::{
    IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6, ToSocketAddrs as _,
    UdpSocket,
};

use crate::unblock;

use sealed::{Found, Lookup};

/// What names one or several Internet addresses.
///
/// * An address: [`SocketAddr`] and its two kinds, or a pair of an IP address (also as bare numbers, like
///   `([127, 0, 0, 1], 80)`) and a port;
/// * several of them: a slice, a vector or an array of [`SocketAddr`]s;
/// * a name and a port: `"example.com:80"`, or a pair like `("example.com", 80)`. In place of the name there may
///   be an IP address, in square brackets if it is an IPv6 address in the first form.
///
/// A name is looked up on a thread of [`unblock`](crate::unblock())'s, everything else at once. The trait cannot be
/// implemented elsewhere.
pub trait ToSocketAddrs: Lookup {}

impl<T: Lookup + ?Sized> ToSocketAddrs for T {}

mod sealed {
    use super::{Name, SocketAddr};

    pub trait Lookup {
        /// What can be said without asking anybody.
        fn lookup(&self) -> Found;
    }

    #[derive(Debug)]
    pub enum Found {
        Address(SocketAddr),
        Addresses(Vec<SocketAddr>),
        Name(Name),
    }
}

/// A name that has to be looked up.
#[derive(Debug)]
pub enum Name {
    /// `host:port`
    Joint(String),
    Separate(String, u16),
}

impl Name {
    fn resolve(self) -> io::Result<Vec<SocketAddr>> {
        Ok(match self {
            Self::Joint(name) => name.to_socket_addrs()?.collect(),
            Self::Separate(host, port) => (host, port).to_socket_addrs()?.collect(),
        })
    }
}

impl Found {
    /// All addresses, at least one.
    pub(super) async fn resolve(self) -> io::Result<Vec<SocketAddr>> {
        let addresses = match self {
            Self::Address(address) => vec![address],
            Self::Addresses(addresses) => addresses,
            Self::Name(name) => unblock(|| name.resolve()).await?,
        };
        if addresses.is_empty() {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "no address given, or none found for the name",
            ));
        }
        Ok(addresses)
    }

    /// The first address of the family that a socket has; where there is none, the first.
    pub(super) async fn for_socket(self, socket: &UdpSocket) -> io::Result<SocketAddr> {
        let addresses = match self {
            Self::Address(address) => return Ok(address),
            found => found.resolve().await?,
        };
        let is_ipv4 = socket.local_addr()?.is_ipv4();
        let fitting = addresses.iter().find(|other| other.is_ipv4() == is_ipv4);
        Ok(*fitting.unwrap_or(&addresses[0]))
    }

    /// Tries one address after the other until one works. The error is the last one's.
    pub(super) async fn first<T>(
        self,
        mut attempt: impl FnMut(SocketAddr) -> io::Result<T>,
    ) -> io::Result<T> {
        let addresses = self.resolve().await?;
        let mut result = Err(io::ErrorKind::InvalidInput.into());
        for address in addresses {
            result = attempt(address);
            if result.is_ok() {
                break;
            }
        }
        result
    }
}

/// Looks a name up, without blocking the loop.
///
/// ```
/// # fn main() -> std::io::Result<()> { glib_coro::block_on(async {
/// let mut addresses = glib_coro::net::lookup_host("localhost:80").await?;
/// assert!(addresses.any(|address| address.ip().is_loopback()));
/// # Ok(()) }) }
/// ```
///
/// # Errors
///
/// The system's, for a name that is not known for instance; `InvalidInput` for a text that is no name with a
/// port, and where there is no address at all.
///
/// # Cancel safety
///
/// Dropping the future leaves the system's search to end by itself.
pub async fn lookup_host<A: ToSocketAddrs>(
    host: A,
) -> io::Result<impl Iterator<Item = SocketAddr> + use<A>> {
    let addresses = host.lookup().resolve().await?;
    Ok(addresses.into_iter())
}

macro_rules! is_one_address {
    ($($type:ty),* $(,)?) => {
        $(impl Lookup for $type {
            fn lookup(&self) -> Found {
                Found::Address((*self).into())
            }
        })*
    };
}

is_one_address![
    SocketAddr,
    SocketAddrV4,
    SocketAddrV6,
    (IpAddr, u16),
    (Ipv4Addr, u16),
    (Ipv6Addr, u16),
    ([u8; 4], u16),
    ([u8; 16], u16),
    ([u16; 8], u16),
];

impl Lookup for [SocketAddr] {
    fn lookup(&self) -> Found {
        Found::Addresses(self.to_vec())
    }
}

impl Lookup for Vec<SocketAddr> {
    fn lookup(&self) -> Found {
        Found::Addresses(self.clone())
    }
}

impl<const N: usize> Lookup for [SocketAddr; N] {
    fn lookup(&self) -> Found {
        Found::Addresses(self.to_vec())
    }
}

impl Lookup for str {
    fn lookup(&self) -> Found {
        match self.parse() {
            Ok(address) => Found::Address(address),
            Err(_) => Found::Name(Name::Joint(self.to_owned())),
        }
    }
}

impl Lookup for String {
    fn lookup(&self) -> Found {
        self.as_str().lookup()
    }
}

impl Lookup for (&str, u16) {
    fn lookup(&self) -> Found {
        let (host, port) = *self;
        match host.parse::<IpAddr>() {
            Ok(ip) => Found::Address((ip, port).into()),
            Err(_) => Found::Name(Name::Separate(host.to_owned(), port)),
        }
    }
}

impl Lookup for (String, u16) {
    fn lookup(&self) -> Found {
        (self.0.as_str(), self.1).lookup()
    }
}

impl<T: Lookup + ?Sized> Lookup for &T {
    fn lookup(&self) -> Found {
        (**self).lookup()
    }
}
