//! Asks the hailstone server for several sequences at once.
//!
//! `USE_GLIB` chooses the loop. The first failure ends the program.
#![forbid(unsafe_code)]

use std::io;
use std::net::SocketAddr;
use std::process::ExitCode;

use clap::Parser;
use glib_coro::task::JoinSet;
use glib_coro_examples::cli;
use glib_coro_examples::hailstone::client::Answer;
use glib_coro_examples::hailstone::endpoint::Endpoint;
use glib_coro_examples::log::Log;
use glib_coro_examples::which_loop::WhichLoop;
use num_bigint::BigInt;

/// Asks the hailstone server for the sequences of some integers.
#[derive(Debug, Parser)]
#[command(name = "hailstone_client", infer_long_args = true)]
struct Options {
    #[command(flatten)]
    endpoint: Endpoint,
    /// What the sequences start with
    #[arg(value_name = "INTEGER")]
    numbers: Vec<BigInt>,
}

fn main() -> ExitCode {
    let options: Options = cli::parse();
    if options.numbers.is_empty() {
        cli::refuse("hailstone_client", "nothing to do: give it some integers");
    }
    let which = WhichLoop::chosen();
    which.announce(Log::Plain);
    let outcome = which.run(ask_all(options.numbers, options.endpoint.address()));
    cli::exit_code("hailstone_client", outcome.flatten())
}

async fn ask_all(numbers: Vec<BigInt>, server: SocketAddr) -> io::Result<()> {
    let mut questions = JoinSet::new();
    for (number, index) in numbers.into_iter().zip(1..) {
        questions.insert(ask(index, number, server));
    }
    while let Some(outcome) = questions.join_next().await {
        outcome.map_err(io::Error::other)??;
    }
    Ok(())
}

#[glib_coro::coroutine]
async fn ask(index: usize, number: BigInt, server: SocketAddr) -> io::Result<()> {
    let mut answer = Answer::to(&number, server).await?;
    Log::Plain.line(format_args!("{index}: start with {number}"));
    let mut count = 0;
    while let Some(value) = answer.next().await? {
        count += 1;
        Log::Plain.line(format_args!("{index}/{count}: got {value}"));
    }
    Ok(())
}
