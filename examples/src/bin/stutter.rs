//! A program that stutters: one of its 1,000 coroutines blocks the loop for 200 ms. With insight on, a
//! warning on stderr names the culprit as it happens, and the lists on stdout do so afterwards.
//!
//! `USE_GLIB` chooses the loop. `GLIB_CORO_DEBUG=1` would turn insight on in any other program.
#![forbid(unsafe_code)]

use std::io;
use std::process::ExitCode;

use clap::Parser;
use glib_coro::Runtime;
use glib_coro_examples::log::Log;
use glib_coro_examples::which_loop::WhichLoop;
use glib_coro_examples::{cli, stutter};

/// Shows how to find the coroutine that blocks the loop.
#[derive(Debug, Parser)]
#[command(name = "stutter")]
struct Options {}

fn main() -> ExitCode {
    let Options {} = cli::parse();
    cli::exit_code("stutter", run(WhichLoop::chosen()))
}

fn run(which: WhichLoop) -> io::Result<()> {
    which.announce(Log::Plain);
    let runtime = which.runtime_from(Runtime::builder().insight(true))?;
    runtime.block_on(stutter::simulate(Log::Plain));
    stutter::report(&runtime.metrics(), Log::Plain);
    Ok(())
}
