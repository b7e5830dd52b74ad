//! Coroutines on the GLib main loop: sequential code instead of callback chains, for GTK applications, D-Bus
//! services, daemons, and all other programs that run this loop.
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
//! `gio::Application::run`. In a program that already runs such a loop, [`spawn`] is all that is needed. Any
//! number of coroutines, timers and descriptors share one `GSource` (each other [`Priority`](task::Priority) in use
//! takes one more). They cannot starve the redraws of a user interface, and when one of them runs a nested main
//! loop, the others continue.
//!
//! Code that uses no GLib types also runs without GLib, on the built-in [`Standalone`](event_loop::Standalone)
//! loop and on any other loop that implements [`EventLoop`](event_loop::EventLoop).
//!
//! # Where things are
//!
//! * [`spawn`], [`yield_now`], [`idle`] and [`task`]: coroutines and their handles; how to see what each coroutine
//!   waits for, and [how to find](task#debugging) the one that blocks the loop;
//! * [`sleep`], [`timeout`] and [`time`]: sleeping, timeouts, intervals;
//! * [`readable`], [`writable`], [`Async`], [`io`] and [`net`]: file descriptors and sockets;
//! * [`unblock`]: runs a blocking function on another thread;
//! * [`process`] and [`signal`]: child processes, and signals of the operating system;
//! * [`Runtime`], [`Handle`] and [`runtime`]: which runtime is current, how to reach it from other threads, and
//!   what is promised about scheduling;
//! * `object`: GObject signals and properties that can be awaited, and coroutines that end with an object;
//! * `application`: `main` as a coroutine in a `gio::Application` or `gtk::Application`;
//! * `compat`: adapters for tokio, hyper and zbus;
//! * [`event_loop`]: GLib, the built-in loop, and how to host coroutines on another one;
//! * the attributes [`main`](macro@main), [`coroutine`](macro@coroutine) and [`test`](macro@test).
//!
//! # Features
//!
//! | feature | default | adds |
//! |---|---|---|
//! | `glib` | yes | the GLib host and `object`; without this feature no system library but the C library is needed |
//! | `gio` | no | `application`; cancellation tokens from and to `gio::Cancellable` |
//! | `net` | yes | [`net`] |
//! | `process` | yes | [`process`] |
//! | `signal` | yes | [`signal`], and the [dump of all coroutines](task#debugging) on SIGUSR2 |
//! | `zbus` | no | `compat::zbus`: zbus 6 on the loop; brings `net` and `process` |
//! | `tracing` | no | a [span](task#debugging) for each coroutine |
//! | `test-util` | no | [the virtual clock](time#the-virtual-clock): `time::{pause, resume, advance}`, `Builder::start_paused` |
//! | `hyper` | no | `compat::hyper`: hyper 1's runtime traits |
//! | `tokio` | no | `compat::tokio`: tokio's reactor, for crates that need it |
//!
//! # Platforms
//!
//! Linux is tested. On macOS and the BSDs the crate polling takes the place of epoll. That code is only compiled
//! for these systems; it is tested on Linux, where `--cfg glib_coro_backend="polling"` selects it.

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
