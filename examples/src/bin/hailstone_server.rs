//! A TCP server: each connection sends one integer and gets its hailstone sequence back, slowly.
//!
//! `USE_GLIB` chooses the loop. Ctrl-C closes the connections and ends the server. Two hidden options
//! change the bounds on clients, for tests: `--max-connections` and `--max-silence=SECONDS`.
#![forbid(unsafe_code)]

use std::convert::Infallible;
use std::io;
use std::num::NonZeroUsize;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use futures_util::FutureExt;
use glib_coro::select;
use glib_coro::signal::ctrl_c;
use glib_coro_examples::cli;
use glib_coro_examples::hailstone::endpoint::Endpoint;
use glib_coro_examples::hailstone::server::{self, Manners};
use glib_coro_examples::log::Log;
use glib_coro_examples::which_loop::WhichLoop;

/// Sends hailstone sequences, slowly, to whoever asks.
#[derive(Debug, Parser)]
#[command(name = "hailstone_server", infer_long_args = true)]
struct Options {
    #[command(flatten)]
    endpoint: Endpoint,
    /// A connection sends a value after every 0 to 9 tenths of this many seconds
    #[arg(long, value_parser = cli::seconds, default_value = "1", value_name = "SECONDS")]
    step: Duration,
    #[arg(long, hide = true, default_value = "1000")]
    max_connections: NonZeroUsize,
    #[arg(long, hide = true, value_parser = cli::seconds, default_value = "30")]
    max_silence: Duration,
}

fn main() -> ExitCode {
    let options: Options = cli::parse();
    let which = WhichLoop::chosen();
    which.announce(Log::Plain);
    let outcome = which.run(async {
        select! {
            never = serve(options).fuse() => match never? {},
            pressed = ctrl_c().fuse() => pressed?,
        }
        Log::Plain.line("");
        Ok(())
    });
    cli::exit_code("hailstone_server", outcome.flatten())
}

async fn serve(options: Options) -> io::Result<Infallible> {
    let manners = Manners {
        step: options.step,
        patience: options.max_silence,
        connections: options.max_connections,
    };
    let listener = server::bind(options.endpoint.address(), Log::Plain).await?;
    server::serve(listener, manners, Log::Plain).await
}
