//! Sockets on the loop: TCP, UDP, and the three kinds of Unix sockets.
//!
//! Functions that take an Internet address also take a host name: see [`ToSocketAddrs`]. Names are resolved by the
//! system, on a thread of [`unblock`](crate::unblock()).
//!
//! The streams implement the traits of `futures-io`; `futures_util::{AsyncReadExt, AsyncWriteExt}` give
//! them `read`, `write_all` and so on. Shared references implement these traits too, so that one coroutine can
//! read while another one writes. `into_split` gives two halves that can be moved to different coroutines.
//!
//! Every type converts from and into its counterpart in std. Socket options that have no method here can be set through
//! [`AsFd`](std::os::fd::AsFd), with the crates rustix or socket2 for instance.

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
