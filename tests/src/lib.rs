//! What the behaviour tests share.
//!
//! A behaviour is a function that takes a [`Host`]. [`on_every_host!`] makes a test of it for each host,
//! so that the same lines prove the same promise everywhere; [`on_glib!`] is for what only GLib can show.
//! Each test runs on a thread of its own, as runtimes belong to threads, and one that hangs fails after
//! [`patience`] instead of blocking the others. What needs the whole process to itself, because it counts
//! descriptors or because a defect would abort the process, says `alone` and gets a child process.

#![deny(unsafe_code)]

// The programs in these chapters are tests too. They need crates that the library does not.
#[cfg(all(doctest, feature = "glib"))]
#[doc = include_str!("../../docs/coming-from-asyncio.md")]
struct ComingFromAsyncio;
#[cfg(all(doctest, feature = "gtk"))]
#[doc = include_str!("../../docs/gtk.md")]
struct Guide;
#[cfg(all(doctest, feature = "gtk"))]
#[doc = include_str!("../../docs/coming-from-glib-rs.md")]
struct ComingFromGlibRs;

pub mod bus;
mod child;
#[cfg(target_os = "linux")]
pub mod display;
mod executor;
#[cfg(feature = "foreign-loops")]
mod foreign;
mod forever;
mod fork;
#[cfg(feature = "glib")]
pub mod glib_view;
mod host;
mod insight;
mod notes;
mod panics;
mod run;
#[cfg(target_os = "linux")]
mod sandbox;
#[cfg(feature = "glib")]
pub mod subject;
#[cfg(target_os = "linux")]
pub mod trace;
pub mod unsound;
mod waker;

pub use self::child::{alone, children, descriptors, inheritable};
pub use self::executor::block_on_elsewhere;
pub use self::forever::forever;
pub use self::fork::raise_in_a_forked_child;
pub use self::host::Host;
pub use self::insight::{info_of, settle, waits_of};
pub use self::notes::{Counter, DropNote, Notes, OnDrop, tick};
pub use self::panics::{CaughtPanic, catch_panic};
pub use self::run::{patience, run};
#[cfg(target_os = "linux")]
pub use self::sandbox::without_pidfds;
pub use self::waker::{on_clone, on_drop};

/// Makes one test per host of each function: `glib::name`, `standalone::name`, and, with the feature
/// `foreign-loops`, `calloop::name` and `tokio::name`.
///
/// Behaviours after `; ours:` need a loop that nests, which the foreign ones do not, or one that is not
/// tokio. With `alone:` in front,
/// each of the tests runs in a process of its own.
#[macro_export]
macro_rules! on_every_host {
    ($($name:ident),* $(,)? $(; ours: $($own:ident),+ $(,)?)?) => {
        #[cfg(feature = "glib")]
        mod glib { $crate::tests_on!(GLib: $($name)* $($($own)+)?); }
        mod standalone { $crate::tests_on!(Standalone: $($name)* $($($own)+)?); }
        #[cfg(feature = "foreign-loops")]
        mod calloop { $crate::tests_on!(Calloop: $($name)*); }
        #[cfg(feature = "foreign-loops")]
        mod tokio { $crate::tests_on!(Tokio: $($name)*); }
    };
    (alone: $($name:ident),* $(,)? $(; ours: $($own:ident),+ $(,)?)?) => {
        #[cfg(feature = "glib")]
        mod glib_alone { $crate::tests_on!("glib_alone::", GLib: $($name)* $($($own)+)?); }
        mod standalone_alone {
            $crate::tests_on!("standalone_alone::", Standalone: $($name)* $($($own)+)?);
        }
        #[cfg(feature = "foreign-loops")]
        mod calloop_alone { $crate::tests_on!("calloop_alone::", Calloop: $($name)*); }
        #[cfg(feature = "foreign-loops")]
        mod tokio_alone { $crate::tests_on!("tokio_alone::", Tokio: $($name)*); }
    };
}

/// The tests on one host, for [`on_every_host!`]: in processes of their own where a path is given.
#[doc(hidden)]
#[macro_export]
macro_rules! tests_on {
    ($host:ident: $($name:ident)*) => {
        $(#[test] fn $name() { $crate::run($crate::Host::$host, super::$name); })*
    };
    ($path:literal, $host:ident: $($name:ident)*) => {
        $(#[test] fn $name() {
            $crate::alone(concat!($path, stringify!($name)), || {
                $crate::run($crate::Host::$host, super::$name);
            });
        })*
    };
}

/// Makes a test on GLib of each function: `only_glib::name`. With `alone:` in front, in a process of its
/// own.
#[macro_export]
macro_rules! on_glib {
    ($($name:ident),+ $(,)?) => {
        #[cfg(feature = "glib")]
        mod only_glib {
            $(#[test] fn $name() { $crate::run($crate::Host::GLib, super::$name); })+
        }
    };
    (alone: $($name:ident),+ $(,)?) => {
        #[cfg(feature = "glib")]
        mod only_glib_alone {
            $(#[test] fn $name() {
                $crate::alone(concat!("only_glib_alone::", stringify!($name)), || {
                    $crate::run($crate::Host::GLib, super::$name);
                });
            })+
        }
    };
}
