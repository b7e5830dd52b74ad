//! Hailstone sequences over TCP: the server sends them slowly, many at once.

pub mod client;
pub mod endpoint;
pub mod sequence;
pub mod server;
