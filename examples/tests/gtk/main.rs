//! Runs the programs with windows, on X servers of their own: real keys go in, real pixels come out.
//!
//! What the windows showed is kept in `target/screenshots`.
#![forbid(unsafe_code)]

mod animsort;
mod bars;
mod downloads;
mod frames;
mod life;
#[path = "../programs/support.rs"]
#[allow(
    dead_code,
    unused_imports,
    unused_macros,
    reason = "the programs without windows need more"
)]
mod support;

use std::process::Command;

use glib_coro_tests::display::Display;
use support::{Program, path};

/// Starts a program whose window opens on this display.
fn start(display: &Display, program: &str, args: &[&str]) -> Program {
    let mut command = Command::new(path(program));
    Program::spawn(command.args(args).envs(display.environment()))
}

/// Starts a program that can open no window.
fn start_blind(program: &str, args: &[&str]) -> Program {
    let mut command = Command::new(path(program));
    command.env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY");
    Program::spawn(command.args(args))
}

/// Leaves the test if there can be no display.
macro_rules! display {
    () => {
        match glib_coro_tests::display::Display::start() {
            Some(display) => display,
            None => return,
        }
    };
}
use display;
