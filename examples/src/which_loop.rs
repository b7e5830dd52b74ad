//! The choice of the loop, and the way into it.

use std::fmt::{self, Display};
use std::future::Future;
use std::io;

use glib_coro::Runtime;
use glib_coro::event_loop::{EventLoop, Standalone};
use glib_coro::runtime::Builder;
#[cfg(feature = "glib")]
use glib_coro::{event_loop::GLib, glib::MainContext};

use crate::log::Log;

/// The loops that the programs can run on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhichLoop {
    /// GLib's default main context.
    #[cfg(feature = "glib")]
    GLib,
    /// The built-in loop.
    Standalone,
}

impl WhichLoop {
    /// What the environment variable `USE_GLIB` asks for: a value that starts with `0`, `n` or `N`
    /// means the built-in loop; any other, or none, means GLib where this build has it.
    pub fn chosen() -> Self {
        #[cfg(feature = "glib")]
        {
            let value = std::env::var_os("USE_GLIB").unwrap_or_default();
            if !value.to_string_lossy().starts_with(['0', 'n', 'N']) {
                return Self::GLib;
            }
        }
        Self::Standalone
    }

    /// Whether this is GLib's loop.
    pub fn is_glib(self) -> bool {
        self != Self::Standalone
    }

    /// Runs a program on this loop until its coroutine is done.
    pub fn run<T>(self, program: impl Future<Output = T>) -> io::Result<T> {
        Ok(self.runtime()?.block_on(program))
    }

    /// A runtime on this loop.
    pub fn runtime(self) -> io::Result<Runtime> {
        self.runtime_from(Runtime::builder())
    }

    /// A runtime with options, on this loop.
    pub fn runtime_from(self, builder: Builder) -> io::Result<Runtime> {
        let runtime = builder.event_loop(self.event_loop()).build()?;
        runtime.block_on(async { self.check() });
        Ok(runtime)
    }

    /// The loop itself.
    fn event_loop(self) -> Box<dyn EventLoop> {
        match self {
            #[cfg(feature = "glib")]
            Self::GLib => Box::new(GLib::new(&MainContext::default())),
            Self::Standalone => Box::new(Standalone::new()),
        }
    }

    /// Panics unless this is the loop that the caller runs on: a running GLib loop owns its context.
    fn check(self) {
        #[cfg(feature = "glib")]
        assert_eq!(
            MainContext::default().is_owner(),
            self.is_glib(),
            "the program runs on another loop than the one chosen"
        );
    }

    /// Prints the first line of every program.
    pub fn announce(self, log: Log) {
        log.line(format_args!("use_glib: {}", self.is_glib()));
    }
}

impl Display for WhichLoop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_glib() { "GLib" } else { "built-in" })
    }
}
