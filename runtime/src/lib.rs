#![doc = "Coroutines on the GLib main loop."]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![deny(unsafe_code)]

mod core;
pub mod event_loop;
pub mod io;
#[cfg(feature = "net")]
pub mod net;
pub mod runtime;
pub mod task;
pub mod time;

pub use futures_util::{join, select, try_join};
#[cfg(feature = "glib")]
pub use glib;

pub use self::io::{Async, readable, writable};
pub use self::runtime::{Handle, Runtime, block_on};
pub use self::task::{JoinError, JoinHandle, idle, spawn, yield_now};
pub use self::time::{sleep, timeout};
