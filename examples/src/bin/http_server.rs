//! An HTTP server: text, an echo, a chunked stream and server-sent events.
//!
//! `USE_GLIB` chooses the loop. SIGTERM and Ctrl-C end it gracefully: what is under way is answered first.
#![forbid(unsafe_code)]

use std::io;
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use futures_util::FutureExt;
use glib_coro::select;
use glib_coro::signal::{Signal, SignalKind, unix};
use glib_coro::task::CancellationToken;
use glib_coro_examples::cli;
use glib_coro_examples::http::server::{self, Limits};
use glib_coro_examples::log::Log;
use glib_coro_examples::which_loop::WhichLoop;

/// Serves text, an echo, a stream and events over HTTP.
#[derive(Debug, Parser)]
#[command(name = "http_server", infer_long_args = true)]
struct Options {
    /// Where to listen; port 0 takes a free one
    #[arg(long, default_value = "127.0.0.1:8080")]
    address: SocketAddr,
    /// The seconds between two lines of the stream, and between two events
    #[arg(long, value_parser = cli::seconds, default_value = "1", value_name = "SECONDS")]
    step: Duration,
    /// The longest header of a request
    #[arg(long, value_parser = bytes(256), default_value = "16384", value_name = "BYTES")]
    max_header: u32,
    /// The longest body of a request
    #[arg(long, value_parser = bytes(0), default_value = "65536", value_name = "BYTES")]
    max_body: u32,
    /// How long a client may keep the server waiting
    #[arg(long, value_parser = patience, default_value = "30", value_name = "SECONDS")]
    max_idle: Duration,
    /// How many connections there may be at once
    #[arg(long, default_value = "1000", value_name = "NUMBER")]
    max_connections: NonZeroUsize,
    /// How long requests under way may take when the server ends
    #[arg(long, value_parser = cli::seconds, default_value = "5", value_name = "SECONDS")]
    grace: Duration,
}

/// A size from this many bytes up to a gigabyte.
fn bytes(least: i64) -> impl clap::builder::TypedValueParser<Value = u32> {
    clap::value_parser!(u32).range(least..=1 << 30)
}

/// A time that is not over at once.
fn patience(text: &str) -> Result<Duration, String> {
    match cli::seconds(text)? {
        Duration::ZERO => Err("expected a time above zero".into()),
        time => Ok(time),
    }
}

fn main() -> ExitCode {
    let options: Options = cli::parse();
    let which = WhichLoop::chosen();
    which.announce(Log::Plain);
    cli::exit_code("http_server", which.run(run(options)).flatten())
}

async fn run(options: Options) -> io::Result<()> {
    let limits = Limits {
        header: options.max_header as usize,
        body: options.max_body as usize,
        idle: options.max_idle,
        connections: options.max_connections,
        grace: options.grace,
    };
    let stop = CancellationToken::new();
    let terminate = unix(SignalKind::terminate())?;
    let interrupt = unix(SignalKind::interrupt())?;
    let _waiting = end_on_signal(terminate, interrupt, &stop).abort_on_drop();
    let listener = server::bind(options.address, Log::Plain).await?;
    server::serve(listener, limits, options.step, stop, Log::Plain).await
}

#[glib_coro::coroutine]
async fn end_on_signal(mut terminate: Signal, mut interrupt: Signal, stop: &CancellationToken) {
    select! {
        _ = terminate.recv().fuse() => {}
        _ = interrupt.recv().fuse() => {}
    }
    stop.cancel();
}
