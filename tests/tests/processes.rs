//! Child processes: every status arrives, no zombie stays, and nobody's child is taken from anybody.

#![forbid(unsafe_code)]
#![cfg(target_os = "linux")]

#[macro_use]
#[path = "processes/behaviours.rs"]
mod behaviours;

use behaviours::*;
use glib_coro_tests::on_every_host;

macro_rules! test_all {
    ($($name:ident),+ $(,)?) => { on_every_host!(alone: $($name),+); };
}
every_behaviour!(test_all);
