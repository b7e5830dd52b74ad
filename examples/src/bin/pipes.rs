//! A parent waits on the pipes of several children at once and treats messages as they come, with a
//! time-out per child.
//!
//! `USE_GLIB` chooses the loop. Two hidden options change the times, for tests: `--patience=SECONDS`
//! (default 20) and `--delays=MIN..MAX` (default 0..30), from which each child draws its delay.
#![forbid(unsafe_code)]

use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use glib_coro_examples::cli;
use glib_coro_examples::log::Log;
use glib_coro_examples::pipes::{self, ChildOption, Delays};
use glib_coro_examples::which_loop::WhichLoop;

const CHILDREN: usize = 5;

/// Waits on the pipes of several child processes at once.
#[derive(Debug, Parser)]
#[command(name = "pipes", infer_long_args = true)]
struct Options {
    #[command(flatten)]
    child: ChildOption,
    #[arg(long, hide = true, value_parser = cli::seconds, default_value = "20")]
    patience: Duration,
    #[arg(long, hide = true, default_value = "0..30")]
    delays: Delays,
}

fn main() -> ExitCode {
    let options: Options = cli::parse();
    let which = WhichLoop::chosen();
    let outcome = which.run(async {
        if let Some(delays) = options.child.delays() {
            return pipes::answer(delays, Log::Plain).await;
        }
        which.announce(Log::Plain);
        pipes::listen(CHILDREN, options.delays, options.patience, Log::Plain).await?;
        Ok(())
    });
    cli::exit_code("pipes", outcome.flatten())
}
