//! Three overlapping rocket launches as concurrent coroutines, on either loop.
//!
//! Arguments are ignored. `USE_GLIB` chooses the loop; `ROCKET_SPEED` (default 1) makes the clock run
//! that many times as fast, for the impatient and for tests.
#![forbid(unsafe_code)]

use std::env;
use std::process::ExitCode;

use glib_coro_examples::clock::Clock;
use glib_coro_examples::log::Log;
use glib_coro_examples::which_loop::WhichLoop;
use glib_coro_examples::{cli, rocket};

fn main() -> ExitCode {
    let speed = speed();
    let which = WhichLoop::chosen();
    which.announce(Log::Plain);
    let outcome = which.run(rocket::simulate(Clock::start(speed), Log::Plain));
    cli::exit_code("rocket_launch", outcome)
}

fn speed() -> f64 {
    let Some(text) = env::var_os("ROCKET_SPEED") else {
        return 1.0;
    };
    match text.to_string_lossy().parse() {
        Ok(speed) if (1.0..=Clock::TOP_SPEED).contains(&speed) => speed,
        _ => cli::refuse(
            "rocket_launch",
            "ROCKET_SPEED must be a number from 1 to 1000000",
        ),
    }
}
