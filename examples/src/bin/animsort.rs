//! Animated sorting: the algorithm is a coroutine that sleeps in the middle of each swap, while the
//! window lives.
//!
//! Always on GLib. Closing the window or pressing Ctrl-C ends it.
#![forbid(unsafe_code)]

use std::future::poll_fn;
use std::io;
use std::num::NonZeroUsize;
use std::process::ExitCode;
use std::task::Poll;
use std::time::Duration;

use clap::Parser;
use futures_util::FutureExt;
use glib_coro::glib::MainContext;
use glib_coro::signal::ctrl_c;
use glib_coro::{select, spawn};
use glib_coro_examples::animsort::algorithm::Algorithm;
use glib_coro_examples::animsort::animation::Animation;
use glib_coro_examples::animsort::chart::Chart;
use glib_coro_examples::animsort::order;
use glib_coro_examples::{cli, windows};

/// Shows how sorting algorithms work.
#[derive(Debug, Parser)]
#[command(name = "animsort", infer_long_args = true)]
struct Options {
    /// How to sort
    #[arg(long)]
    algorithm: Algorithm,
    /// How many elements, at most 1000
    #[arg(long, value_parser = elements, default_value = "10", value_name = "N", allow_hyphen_values = true)]
    nrelements: NonZeroUsize,
    /// The order to begin with: -1 is reversed, 0 shuffled, 1 sorted
    #[arg(long, value_parser = order::parse, default_value = "0", allow_hyphen_values = true)]
    ordered: f64,
    /// How long a swap takes
    #[arg(long, value_parser = cli::seconds, default_value = "1", value_name = "SECONDS", allow_hyphen_values = true)]
    step: Duration,
    /// How long before the sort starts
    #[arg(long, value_parser = cli::seconds, default_value = "3", value_name = "SECONDS", allow_hyphen_values = true)]
    startdelay: Duration,
    /// How long between its end and that of the program
    #[arg(long, value_parser = cli::seconds, default_value = "5", value_name = "SECONDS", allow_hyphen_values = true)]
    enddelay: Duration,
    /// How many coroutines that never rest are beside the sort
    #[arg(long, default_value = "0", value_name = "N")]
    busy: usize,
    /// The same with tasks of glib-rs, beside which no window is drawn
    #[arg(long, default_value = "0", value_name = "N")]
    busy_tasks: usize,
    /// Trace the sort on stderr
    #[arg(long)]
    verbose: bool,
}

#[glib_coro::main]
async fn main() -> ExitCode {
    let options: Options = cli::parse();
    cli::exit_code("animsort", run(options).await)
}

async fn run(options: Options) -> io::Result<()> {
    windows::start("animsort")?;
    let count = options.nrelements.get();
    let values = order::deal(count, options.ordered, &mut fastrand::Rng::new());
    let chart = Chart::open(options.algorithm, &values);
    let animation = Animation::new(values, chart.clone(), options.step, options.verbose);
    select! {
        () = animate(animation, &options).fuse() => {}
        () = windows::closed(chart.window()).fuse() => {}
        pressed = ctrl_c().fuse() => pressed?,
    }
    Ok(())
}

async fn animate(mut animation: Animation, options: &Options) {
    animation.wait(options.startdelay).await;
    for _ in 0..options.busy {
        drop(spawn(never_rest()));
    }
    for _ in 0..options.busy_tasks {
        MainContext::default().spawn_local(never_rest());
    }
    options.algorithm.sort(&mut animation).await;
    animation.wait(options.enddelay).await;
}

/// Is ready again as soon as it was polled, on every executor.
fn never_rest() -> impl Future<Output = ()> {
    poll_fn(|cx| {
        cx.waker().wake_by_ref();
        Poll::Pending
    })
}

/// Reads a number of elements. X11 has no windows for many more.
fn elements(text: &str) -> Result<NonZeroUsize, String> {
    match text.parse::<NonZeroUsize>() {
        Ok(count) if count.get() <= 1_000 => Ok(count),
        _ => Err("expected a number from 1 to 1000".into()),
    }
}
