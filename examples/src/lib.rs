//! What the example programs share.
//!
//! Each program in `src/bin/` is a page long: its options, and the choice of the loop. What it does
//! stands in the module named after it, where `tour` finds it too. Nothing below the choice of the
//! loop knows which loop it runs on.
#![forbid(unsafe_code)]

pub mod accept;
pub mod animsort;
pub mod cli;
pub mod clock;
#[cfg(feature = "zbus")]
pub mod gvariant;
pub mod hailstone;
pub mod http;
pub mod life;
pub mod line;
pub mod log;
pub mod pace;
pub mod pipes;
pub mod rocket;
pub mod stutter;
pub mod which_loop;
#[cfg(feature = "gtk")]
pub mod windows;

// The programs in the README are tests too.
#[cfg(all(doctest, feature = "gtk"))]
#[doc = include_str!("../../README.md")]
struct Readme;

use std::io;

/// Says what was being attempted when an I/O error came up.
pub fn while_trying(attempt: impl std::fmt::Display) -> impl FnOnce(io::Error) -> io::Error {
    move |error| io::Error::new(error.kind(), format!("{attempt}: {error}"))
}
