//! Coroutines on the GLib main loop: sequential code instead of callback chains, for GTK apps, D-Bus
//! services, daemons, and whatever else runs it.
//!
//! ```
//! use std::time::Duration;
//! use glib_coro::{sleep, spawn};
//!
//! # fn main() {
//! glib_coro::block_on(async {
//!     let countdown = spawn(async {
//!         for n in [3, 2, 1] {
//!             println!("{n}");
//!             sleep(Duration::from_millis(1)).await;
//!         }
//!         "lift-off"
//!     });
//!     assert_eq!(countdown.await.unwrap(), "lift-off");
//! });
//! # }
//! ```
//!
//! Coroutines run wherever their `MainContext` is iterated: by [`block_on`], by a `glib::MainLoop`, or by
//! `gio::Application::run`. In a program that has a loop already, [`spawn`] is all that is needed. Any
//! number of coroutines, timers and descriptors are one `GSource`; they cannot starve the redraws of a
//! user interface; and a nested main loop inside one of them leaves the others running.
//!
//! The same code runs without GLib, on the built-in [`Standalone`](event_loop::Standalone) loop, and on
//! any other loop that implements [`EventLoop`](event_loop::EventLoop).
//!
//! # Where things are
//!
//! * [`spawn`], [`yield_now`], [`idle`] and [`task`]: coroutines and their handles; what each of them waits for,
//!   and [how to find](task#debugging) the one that blocks the loop;
//! * [`sleep`], [`timeout`] and [`time`]: sleeping, timeouts, intervals;
//! * [`readable`], [`writable`], [`Async`], [`io`] and [`net`]: descriptors and sockets;
//! * [`unblock`]: functions that block, on threads of their own;
//! * [`process`] and [`signal`]: child processes, and signals of the operating system;
//! * [`Runtime`], [`Handle`] and [`runtime`]: which runtime is current, other threads, and what is
//!   promised about scheduling;
//! * `object`: GObject signals and properties, coroutines that end with an object; `application`: GTK's and other applications;
//! * [`event_loop`]: GLib, the built-in loop, and how to host coroutines on another one.
//!
//! # Features
//!
//! | feature | default | brings |
//! |---|---|---|
//! | `glib` | yes | the GLib host and `object`; without it no system library is needed |
//! | `gio` | no | `application`, and `gio::Cancellable` as a cancellation token |
//! | `net` | yes | [`net`] |
//! | `process` | yes | [`process`] |
//! | `signal` | yes | [`signal`], and the [dump](task#debugging) on SIGUSR2 |
//! | `zbus` | no | `compat::zbus`: zbus 6 on the loop |
//! | `tracing` | no | a [span](task#debugging) per coroutine |
//! | `test-util` | no | [the virtual clock](time#the-virtual-clock): `time::{pause, resume, advance}`, `Builder::start_paused` |
//! | `hyper` | no | `compat::hyper`: hyper 1's runtime traits |
//! | `tokio` | no | `compat::tokio`: tokio's reactor, for crates that need it |
//!
//! # Platforms
//!
//! Linux is built and tested. On macOS and the BSDs descriptors and timers go through the crate polling; that way is
//! tested on Linux (`--cfg glib_coro_backend="polling"` chooses it), and elsewhere compiled only.

#![cfg_attr(docsrs, feature(doc_cfg))]
#![deny(unsafe_code)]

// The attributes' expansions name this package, also inside of it.
#[allow(unused_extern_crates, reason = "used where an attribute is")]
extern crate self as glib_coro;

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;
#[cfg(feature = "gio")]
pub mod application;
#[cfg(any(feature = "hyper", feature = "tokio", feature = "zbus"))]
pub mod compat;
mod core;
pub mod event_loop;
pub mod io;
#[cfg(feature = "net")]
pub mod net;
#[cfg(feature = "glib")]
pub mod object;
#[cfg(feature = "process")]
pub mod process;
pub mod runtime;
#[cfg(feature = "signal")]
pub mod signal;
pub mod task;
pub mod time;
mod unblock;

pub use futures_util::{join, select, try_join};
#[cfg(feature = "gio")]
pub use gio;
#[cfg(feature = "glib")]
pub use glib;
pub use glib_coro_macros::{coroutine, main, test};

pub use self::io::{Async, readable, writable};
pub use self::runtime::{Handle, Runtime, block_on};
pub use self::task::{JoinError, JoinHandle, idle, spawn, yield_now};
pub use self::time::{sleep, timeout};
pub use self::unblock::{Unblock, unblock};
