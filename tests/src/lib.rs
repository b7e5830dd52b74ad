//! What the behaviour tests share.
//!
//! A behaviour is a function that takes a [`Host`]. [`on_every_host!`] makes a test of it for each host,
//! so that the same lines prove the same promise everywhere; [`on_glib!`] is for what only GLib can show.
//! Each test runs on a thread of its own, as runtimes belong to threads, and one that hangs fails after
//! [`patience`] instead of blocking the others. What needs the whole process to itself, because it counts
//! descriptors or because a defect would abort the process, says `alone` and gets a child process.

#![deny(unsafe_code)]

#[cfg(feature = "glib")]
pub mod bus;
mod child;
#[cfg(target_os = "linux")]
pub mod display;
mod executor;
mod forever;
#[cfg(feature = "glib")]
pub mod glib_view;
mod host;
mod notes;
mod panics;
mod run;
#[cfg(feature = "glib")]
pub mod subject;
#[cfg(target_os = "linux")]
mod sandbox;
#[cfg(target_os = "linux")]
pub mod trace;
pub mod unsound;
mod waker;

pub use self::child::{alone, children, descriptors, inheritable};
pub use self::executor::block_on_elsewhere;
pub use self::forever::forever;
pub use self::host::Host;
pub use self::notes::{Counter, DropNote, Notes, OnDrop};
pub use self::panics::{CaughtPanic, catch_panic};
pub use self::run::{patience, run};
#[cfg(target_os = "linux")]
pub use self::sandbox::without_pidfds;
pub use self::waker::on_clone;

/// Makes one test per host of each function: `glib::name` and `standalone::name`.
///
/// With `alone:` in front, each of the tests runs in a process of its own.
#[macro_export]
macro_rules! on_every_host {
    ($($name:ident),+ $(,)?) => {
        #[cfg(feature = "glib")]
        mod glib {
            $(#[test] fn $name() { $crate::run($crate::Host::GLib, super::$name); })+
        }
        mod standalone {
            $(#[test] fn $name() { $crate::run($crate::Host::Standalone, super::$name); })+
        }
    };
    (alone: $($name:ident),+ $(,)?) => {
        #[cfg(feature = "glib")]
        mod glib_alone {
            $(#[test] fn $name() {
                $crate::alone(concat!("glib_alone::", stringify!($name)), || {
                    $crate::run($crate::Host::GLib, super::$name);
                });
            })+
        }
        mod standalone_alone {
            $(#[test] fn $name() {
                $crate::alone(concat!("standalone_alone::", stringify!($name)), || {
                    $crate::run($crate::Host::Standalone, super::$name);
                });
            })+
        }
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
