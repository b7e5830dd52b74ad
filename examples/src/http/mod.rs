//! An HTTP server on hyper: text, an echo, a stream and server-sent events, within limits.

mod answers;
#[cfg(feature = "gtk")]
pub mod client;
mod patient;
pub mod server;
