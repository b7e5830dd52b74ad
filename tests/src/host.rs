//! The loops that the behaviours run on.

use glib_coro::Runtime;
use glib_coro::runtime::Builder;

/// A loop that hosts the runtimes of a test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Host {
    /// A `glib::MainContext` made for the runtime.
    #[cfg(feature = "glib")]
    GLib,
    /// The built-in loop.
    Standalone,
    /// A calloop loop made for the runtime.
    #[cfg(feature = "foreign-loops")]
    Calloop,
    /// A tokio runtime made for ours.
    #[cfg(feature = "foreign-loops")]
    Tokio,
}

impl Host {
    /// A builder for a runtime on a fresh loop of this kind.
    pub fn builder(self) -> Builder {
        match self {
            #[cfg(feature = "glib")]
            Self::GLib => Runtime::builder().main_context(&glib::MainContext::new()),
            Self::Standalone => {
                Runtime::builder().event_loop(glib_coro::event_loop::Standalone::new())
            }
            #[cfg(feature = "foreign-loops")]
            Self::Calloop => Runtime::builder().event_loop(crate::foreign::calloop()),
            #[cfg(feature = "foreign-loops")]
            Self::Tokio => Runtime::builder().event_loop(crate::foreign::tokio()),
        }
    }

    /// A runtime on a fresh loop of this kind.
    pub fn runtime(self) -> Runtime {
        self.builder().build().expect("a fresh loop has no runtime")
    }

    /// What `Metrics::sources` says with this many priorities in use.
    #[cfg_attr(
        not(feature = "glib"),
        expect(unused_variables, reason = "no other loop has any")
    )]
    pub fn sources(self, priorities: usize) -> usize {
        match self {
            #[cfg(feature = "glib")]
            Self::GLib => priorities,
            _ => 0,
        }
    }
}
