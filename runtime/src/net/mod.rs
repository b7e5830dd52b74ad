//! Sockets on the loop: TCP, UDP, and the three kinds of Unix sockets.
//!
//! Wherever an Internet address is wanted, a name will do: see [`ToSocketAddrs`]. Names are resolved by the
//! system, on a thread of [`unblock`](crate::unblock())'s.
//!
//! The streams implement the traits of `futures-io`; `futures_util::{AsyncReadExt, AsyncWriteExt}` give
//! them `read`, `write_all` and so on. Shared references implement them too, so that one coroutine can
//! read while another one writes; `into_split` gives two halves that may go separate ways.
//!
//! Every type converts from and into its counterpart in std, and [`AsFd`](std::os::fd::AsFd) reaches all the
//! options that have no method here, with the crates rustix or socket2 for instance.

mod address;
mod forward;
mod halves;
mod happy_eyeballs;
mod tcp_listener;
mod tcp_stream;
mod udp_socket;
mod unix_address;
mod unix_datagram;
mod unix_listener;
mod unix_stream;

pub use self::address::{ToSocketAddrs, lookup_host};
pub use self::halves::{OwnedReadHalf, OwnedWriteHalf, ReuniteError};
pub use self::tcp_listener::TcpListener;
pub use self::tcp_stream::TcpStream;
pub use self::udp_socket::UdpSocket;
pub use self::unix_datagram::UnixDatagram;
pub use self::unix_listener::UnixListener;
pub use self::unix_stream::UnixStream;
