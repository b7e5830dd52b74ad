//! async-io's own tests on our types: this file is what their imports find, the rest is theirs.
//!
//! `build.rs` says where they come from, and which are left out and why.

#![allow(warnings, reason = "other people's code")]

extern crate self as async_io;
extern crate self as futures_lite;

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

pub use glib_coro::{Async, block_on};
pub use real_futures_lite::{FutureExt, StreamExt, prelude};

/// futures-lite's module, but for the function that runs a future: each of the tests' threads gets a
/// runtime of ours instead.
pub mod future {
    pub use glib_coro::block_on;
    pub use real_futures_lite::future::*;
}

/// async-io's name for [`Sleep`](glib_coro::time::Sleep), where they have a counterpart.
pub struct Timer(glib_coro::time::Sleep);

impl Timer {
    pub fn after(duration: Duration) -> Self {
        Self(glib_coro::sleep(duration))
    }

    pub fn set_after(&mut self, duration: Duration) {
        self.0.reset(Instant::now() + duration);
    }

    /// For the compiler's eyes.
    pub fn interval(_: Duration) -> real_futures_lite::stream::Pending<()> {
        unreachable!("left out")
    }
}

impl Future for Timer {
    type Output = Instant;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Instant> {
        Pin::new(&mut self.0).poll(cx).map(|()| self.0.deadline())
    }
}

include!(concat!(env!("OUT_DIR"), "/suite.rs"));
