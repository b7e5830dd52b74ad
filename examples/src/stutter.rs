//! One of 1,000 coroutines blocks the loop, and the runtime tells which.

use std::cell::Cell;
use std::cmp::Reverse;
use std::rc::Rc;
use std::thread;
use std::time::Duration;

use glib_coro::runtime::Metrics;
use glib_coro::task::{self, Builder, CancellationToken, Info};
use glib_coro::time::{interval, now, sleep};

use crate::log::Log;

/// How many coroutines there are, and how often each of them has a little to do.
const TICKERS: usize = 1_000;
const PERIOD: Duration = Duration::from_millis(50);
/// The one that goes wrong, at which tick, and how badly.
const CULPRIT: usize = 617;
const FAULT: u32 = 3;
const BLOCK: Duration = Duration::from_millis(200);
/// How many of the busiest to show.
const BUSIEST: usize = 3;

/// Lets the tickers run until the fault has happened and everybody has noticed, and tells who was busy.
pub async fn simulate(log: Log) {
    log.line(format_args!("{TICKERS} coroutines tick every {PERIOD:?}"));
    let (worst, fault) = (Rc::new(Cell::new(Duration::ZERO)), CancellationToken::new());
    for number in 1..=TICKERS {
        let ticker = tick(number, worst.clone(), fault.clone());
        drop(
            Builder::new()
                .name(format!("ticker {number}"))
                .spawn(ticker),
        );
    }
    fault.cancelled().await;
    sleep(2 * PERIOD).await;
    log.line(format_args!(
        "the latest tick came {:.0?} late; who did that?",
        worst.get()
    ));
    let mut all = task::all();
    all.sort_by_key(|info| Reverse(info.busy()));
    for info in &all[..BUSIEST] {
        log.line(busy(info));
    }
}

async fn tick(number: usize, worst: Rc<Cell<Duration>>, fault: CancellationToken) {
    let mut interval = interval(PERIOD);
    for tick in 1.. {
        let due = interval.tick().await;
        worst.set(worst.get().max(now() - due));
        if (number, tick) == (CULPRIT, FAULT) {
            // The classic: this is not `glib_coro::sleep`, and nobody else runs meanwhile.
            thread::sleep(BLOCK);
            fault.cancel();
        }
    }
}

fn busy(info: &Info) -> String {
    format!(
        "busy for {:>8.1?} in {} polls: `{}`, spawned at {}",
        info.busy().unwrap_or_default(),
        info.polls().unwrap_or_default(),
        info.name().unwrap_or("-"),
        info.location(),
    )
}

/// What the runtime's figures say about it.
pub fn report(metrics: &Metrics, log: Log) {
    if let Some(longest) = &metrics.longest_poll {
        log.line(format_args!(
            "longest poll: {:.1?}, `{}`, spawned at {}",
            longest.duration,
            longest.name.as_deref().unwrap_or("-"),
            longest.location,
        ));
    }
    log.line(format_args!("slow polls: {}", metrics.slow_polls));
    for (range, polls) in metrics.poll_times.buckets().filter(|(_, polls)| *polls > 0) {
        log.line(format_args!("{:>8?} and more | {polls:>6}", range.start));
    }
}
