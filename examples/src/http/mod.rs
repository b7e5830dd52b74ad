//! An HTTP server on hyper: text, an echo, a stream and server-sent events, within limits.

mod answers;
mod patient;
pub mod server;
