//! A soak: everything at once, for as long as `SOAK` says, on the one runtime of a program with a window.
//!
//! HTTP, 1,000 timers a second, children, signals, storms of aborts, nested loops, and wakes from four threads run in rounds, beside
//! a window that redraws itself all the time. After each round everything that was started must have ended, and there must be as
//! many descriptors, sources and coroutines as before. After all of them, memory must not have grown since the warm-up, and no
//! frame may have been missed for longer than 100 ms through what coroutines and the runtime ran.
//!
//! Starts an X server of its own. `SOAK` is in seconds, 3600 if it is not there.
#![forbid(unsafe_code)]

mod aborts;
mod children;
mod frames;
mod gauges;
mod http;
mod ledger;
mod nesting;
mod signals;
mod timers;
mod wakes;

use std::env;
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use glib_coro::Runtime;
use glib_coro::glib::MainContext;
use glib_coro::sleep;
use glib_coro::task::{Builder, CancellationToken, JoinSet};
use glib_coro_examples::windows;
use glib_coro_tests::display::Display;

use frames::Frames;
use gauges::{Gauges, Memory};

/// Set in the process that has the display.
const INSIDE: &str = "GLIB_CORO_SOAK_INSIDE";
/// A missed frame must not be longer, as far as it is ours.
const LONGEST: Duration = Duration::from_millis(100);

fn main() -> ExitCode {
    let seconds = env::var("SOAK").unwrap_or_else(|_| "3600".into());
    let Some(length) = seconds.parse().ok().filter(|seconds| *seconds >= 60) else {
        eprintln!("soak: SOAK={seconds}: expected a number of seconds, 60 or more");
        return ExitCode::from(2);
    };
    if env::var_os(INSIDE).is_some() {
        windows::start("soak").expect("there is a display");
        let context = MainContext::default();
        let runtime = Runtime::builder().main_context(&context).insight(true);
        let runtime = runtime.build().expect("nobody else uses the context");
        runtime.block_on(soak(Duration::from_secs(length), &runtime));
        return ExitCode::SUCCESS;
    }
    let Some(display) = Display::start() else {
        return ExitCode::FAILURE;
    };
    let status = Command::new(env::current_exe().expect("a program"))
        .envs(display.environment())
        .env(INSIDE, "yes")
        // One heap, instead of one for each thread that once had to wait for it.
        .env("MALLOC_ARENA_MAX", "1")
        .status()
        .expect("this program runs");
    match status.success() {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}

/// Rounds, until the time is over.
async fn soak(length: Duration, runtime: &Runtime) {
    let round = (length / 20).min(Duration::from_secs(60));
    let begin = Instant::now();
    let frames = Frames::watch();
    let mut memory = Memory::default();

    println!("round  seconds  started      memory  frames   longest    ours");
    // The first round loads what is loaded once, and starts threads that stay.
    let mut before = None;
    let mut rounds = 0;
    while begin.elapsed() < length {
        frames.begin();
        all(round).await;
        frames.end();
        ledger::assert_balanced();
        let now = Gauges::settle(runtime, before.as_ref()).await;
        memory.note(&now);
        before.get_or_insert(now);
        rounds += 1;
        println!(
            "{rounds:>5}  {:>7.0}  {:>7}  {:>6} KiB  {:>6}  {:>5} ms  {:>3} ms",
            begin.elapsed().as_secs_f64(),
            ledger::started(),
            memory.last(),
            frames.count(),
            frames.longest().as_millis(),
            frames.ours().as_millis(),
        );
    }

    let metrics = runtime.metrics();
    println!();
    ledger::print();
    println!("polls            {:>10}", metrics.polls);
    println!("slow polls       {:>10}", metrics.slow_polls);
    if let Some(longest) = &metrics.longest_poll {
        println!(
            "longest poll     {:>10?}  at {}",
            longest.duration, longest.location
        );
    }
    if let Some(gauges) = before {
        println!("at rest          {gauges:?}");
    }
    let ours = frames.ours();
    assert!(ours <= LONGEST, "a frame was missed for {ours:?}");
    memory.assert_flat();
    println!("passed");
}

/// One round: everything at once, and then the end of it.
async fn all(length: Duration) {
    let stop = CancellationToken::new();
    let mut loads = JoinSet::new();
    macro_rules! start {
        ($($load:ident)+) => {
            $(loads.insert(Builder::new().name(stringify!($load)).spawn($load::run(stop.clone())));)+
        };
    }
    start!(aborts children http nesting signals timers wakes);
    sleep(length).await;
    stop.cancel();
    while let Some(ended) = loads.join_next().await {
        ended.expect("a load does not fail");
    }
}
