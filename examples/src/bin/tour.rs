//! The example programs at work, all at once on one thread: the hailstone server with 100 clients,
//! children answering over pipes, and the rocket launch on a fast clock.
//!
//! `USE_GLIB` chooses the loop.
#![forbid(unsafe_code)]

use std::io;
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use glib_coro::runtime::Metrics;
use glib_coro::task::JoinSet;
use glib_coro::{spawn, try_join};
use glib_coro_examples::clock::Clock;
use glib_coro_examples::hailstone::client::Answer;
use glib_coro_examples::hailstone::server::{self, Manners};
use glib_coro_examples::log::Log;
use glib_coro_examples::pipes::{self, ChildOption};
use glib_coro_examples::which_loop::WhichLoop;
use glib_coro_examples::{cli, rocket};

/// The rockets launch in five seconds instead of 25.
const SPEED: f64 = 5.0;
const CHILDREN: usize = 5;
const PATIENCE: Duration = Duration::from_secs(3);
const CLIENTS: u128 = 100;
const MANNERS: Manners = Manners {
    step: Duration::from_millis(30),
    patience: Duration::from_secs(30),
    connections: NonZeroUsize::new(1000).expect("some"),
};

/// Shows the example programs at work.
#[derive(Debug, Parser)]
#[command(name = "tour", infer_long_args = true)]
struct Options {
    #[command(flatten)]
    child: ChildOption,
}

fn main() -> ExitCode {
    let options: Options = cli::parse();
    cli::exit_code("tour", run(options, WhichLoop::chosen()))
}

fn run(options: Options, which: WhichLoop) -> io::Result<()> {
    if let Some(delays) = options.child.delays() {
        return which.run(pipes::answer(delays, Log::Marked("child")))?;
    }
    which.announce(Log::Plain);
    let clock = Clock::start(1.0);
    let runtime = which.runtime()?;
    runtime.block_on(async { try_join!(launches(), children(), sequences()) })?;
    table(which, clock.elapsed(), &runtime.metrics())
}

async fn launches() -> io::Result<()> {
    rocket::simulate(Clock::start(SPEED), Log::Marked("rocket")).await;
    Ok(())
}

async fn children() -> io::Result<()> {
    let delays = "0..4.5".parse().expect("delays");
    let log = Log::Marked("pipes");
    let answered = pipes::listen(CHILDREN, delays, PATIENCE, log).await?;
    log.line(format_args!(
        "{answered} answered, {} killed",
        CHILDREN - answered
    ));
    Ok(())
}

async fn sequences() -> io::Result<()> {
    let log = Log::Marked("hailstone");
    let listener = server::bind(SocketAddr::from(([127, 0, 0, 1], 0)), log).await?;
    let address = listener.local_addr()?;
    let _server = spawn(server::serve(listener, MANNERS, Log::Quiet)).abort_on_drop();

    let mut clients = JoinSet::new();
    for client in 0..CLIENTS {
        clients.insert(check(start(client), address));
    }
    log.line(format_args!("{CLIENTS} clients ask at once"));
    let (mut sequences, mut values) = (0, 0);
    while let Some(outcome) = clients.join_next().await {
        sequences += 1;
        values += outcome.map_err(io::Error::other)??;
        if sequences % 10 == 0 {
            log.line(format_args!(
                "{sequences} of {CLIENTS} sequences are right, {values} values"
            ));
        }
    }
    Ok(())
}

/// What a client asks for: small numbers, and every tenth beyond 64 bits.
fn start(client: u128) -> u128 {
    if client % 10 == 9 {
        (1 << 70) + (client << 60)
    } else {
        client + 2
    }
}

/// Asks for a sequence, compares it value by value, and returns its length.
#[glib_coro::coroutine]
async fn check(start: u128, server: SocketAddr) -> io::Result<usize> {
    let mut answer = Answer::to(&start.into(), server).await?;
    let mut expected = start;
    let mut count = 0;
    while let Some(value) = answer.next().await? {
        count += 1;
        if value != expected.to_string() {
            return Err(io::Error::other(format!(
                "{start}/{count}: {value} instead of {expected}"
            )));
        }
        match expected {
            1 => return Ok(count),
            odd if odd % 2 == 1 => expected = 3 * odd + 1,
            even => expected = even / 2,
        }
    }
    Err(io::Error::other(format!(
        "the sequence of {start} ends after {count} values"
    )))
}

fn table(which: WhichLoop, elapsed: Duration, metrics: &Metrics) -> io::Result<()> {
    let rows = [
        ("loop", which.to_string()),
        ("seconds", format!("{:.1}", elapsed.as_secs_f64())),
        ("coroutines run", metrics.spawned.to_string()),
        ("largest number alive", metrics.peak_alive.to_string()),
        ("polls", metrics.polls.to_string()),
        ("turns", metrics.turns.to_string()),
        ("GSources attached", metrics.sources.to_string()),
    ];
    Log::Plain.line("");
    for (name, value) in rows {
        Log::Plain.line(format_args!("{name:<22}{value:>10}"));
    }
    let expected = usize::from(which.is_glib());
    if metrics.sources != expected {
        return Err(io::Error::other(format!(
            "expected {expected} GSources, whatever the load"
        )));
    }
    Ok(())
}
