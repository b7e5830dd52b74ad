//! Child processes where the kernel gives no pidfds, as before 5.3 and under some sandboxes: all holds
//! just the same.

#![forbid(unsafe_code)]
#![cfg(target_os = "linux")]

#[macro_use]
#[path = "processes/behaviours.rs"]
mod behaviours;

use glib_coro_tests::{Host, on_every_host, without_pidfds};

macro_rules! test_all {
    ($($name:ident),+ $(,)?) => {
        $(fn $name(host: Host) {
            without_pidfds();
            behaviours::$name(host);
        })+
        on_every_host!(alone: $($name),+);
    };
}
every_behaviour!(test_all);
