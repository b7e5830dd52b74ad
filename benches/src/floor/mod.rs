//! The same work written by hand, with the bare system calls and no runtime: what it costs at least.

pub mod sockets;
pub mod tasks;
