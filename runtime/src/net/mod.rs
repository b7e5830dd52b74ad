//! TCP on the loop.
//!
//! The streams implement the traits of `futures-io`; `futures_util::{AsyncReadExt, AsyncWriteExt}` give
//! them `read`, `write_all` and so on. Shared references implement them too, so that one coroutine can
//! read while another one writes.

mod tcp_listener;
mod tcp_stream;

pub use self::tcp_listener::TcpListener;
pub use self::tcp_stream::TcpStream;
