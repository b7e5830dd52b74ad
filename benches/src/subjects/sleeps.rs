//! Many sleeps at once.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use rustix::time::{
    Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create,
    timerfd_settime,
};

use crate::contestants::{Contestant, FLOOR, GlibRs, burden};
use crate::figures::{Figure, Figures};
use crate::machine::processor_time;
use crate::statistics::quantile;
use crate::track::Plan;

const SLEEPS: u64 = 100_000;

/// What one round gives.
struct Round {
    processor: f64,
    /// Milliseconds, negative for the early.
    lateness: Vec<f64>,
}

/// Reads one quantity from a round.
type Reading = fn(&mut Round) -> f64;

/// What is reported: the name of each quantity, its unit, and how it is read.
const QUANTITIES: [(&str, &str, Reading); 4] = [
    ("processor time", "s", |round| round.processor),
    ("lateness, median", "ms", |round| {
        quantile(&mut round.lateness, 0.5)
    }),
    ("lateness, 99th percentile", "ms", |round| {
        quantile(&mut round.lateness, 0.99)
    }),
    ("early", "sleeps", |round| {
        round.lateness.iter().filter(|late| **late < 0.0).count() as f64
    }),
];

/// Everybody in turn; glib-rs, which takes most of a minute, only in the first round.
pub(super) fn measure(plan: &Plan) -> Figures {
    let mut contestants = crate::everybody!(C => contestant::<C> as fn() -> Round);
    contestants.push((FLOOR, floor));
    let mut all: Vec<Vec<Round>> = contestants.iter().map(|_| Vec::new()).collect();
    for round in 0..plan.long_rounds {
        for ((name, run), rounds) in contestants.iter().zip(&mut all) {
            if *name != GlibRs::NAME || (round == 0 && plan.long_rounds > 1) {
                rounds.push(run());
            }
        }
    }
    let mut figures = Figures::default();
    for ((name, _), rounds) in contestants.iter().zip(&all) {
        if rounds.is_empty() {
            figures.note(
                "sleeps",
                format!("{name} is left out: a round takes it too long."),
            );
        } else if rounds.len() < plan.long_rounds {
            figures.note(
                "sleeps",
                format!("{name} had one round only, as it takes too long."),
            );
        }
    }
    for (quantity, unit, of) in QUANTITIES {
        for ((name, _), rounds) in contestants.iter().zip(&mut all) {
            if !rounds.is_empty() {
                let figure = Figure::new("sleeps", quantity, unit, name);
                figures.all.push(figure.with(rounds.iter_mut().map(of)));
            }
        }
    }
    figures
}

/// 0 to 1,000 ms, in no order; the same for everybody.
fn durations() -> impl Iterator<Item = Duration> {
    let mut state: u64 = 0x9e37_79b9_7f4a_7c15;
    (0..SLEEPS).map(move |_| {
        // xorshift64: Marsaglia, "Xorshift RNGs", 2003.
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        Duration::from_micros(state % 1_000_001)
    })
}

fn contestant<C: Contestant>() -> Round {
    let runtime = C::new();
    let lateness = Rc::new(RefCell::new(Vec::with_capacity(SLEEPS as usize)));
    runtime.block_on(async {
        burden::<C>();
        C::yield_now().await;
        let before = processor_time();
        let tasks: Vec<_> = durations()
            .map(|duration| {
                let lateness = lateness.clone();
                C::spawn(async move {
                    let due = Instant::now() + duration;
                    C::sleep(duration).await;
                    lateness.borrow_mut().push(late(due));
                })
            })
            .collect();
        for task in tasks {
            task.await;
        }
        let lateness = lateness.take();
        assert_eq!(lateness.len(), SLEEPS as usize, "{} cheats", C::NAME);
        Round {
            processor: (processor_time() - before).as_secs_f64(),
            lateness,
        }
    })
}

/// Sorted deadlines, and a kernel timer for each.
fn floor() -> Round {
    let before = processor_time();
    let start = Instant::now();
    let mut deadlines: Vec<_> = durations().map(|duration| start + duration).collect();
    deadlines.sort_unstable();
    let timer = timerfd_create(TimerfdClockId::Monotonic, TimerfdFlags::empty());
    let timer = timer.expect("a timer");
    let mut lateness = Vec::with_capacity(deadlines.len());
    for deadline in deadlines {
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            let setting = Itimerspec {
                it_interval: Timespec::default(),
                it_value: Timespec {
                    tv_sec: left.as_secs() as i64,
                    tv_nsec: left.subsec_nanos().into(),
                },
            };
            timerfd_settime(&timer, TimerfdTimerFlags::empty(), &setting).expect("a timer");
            rustix::io::read(&timer, &mut [0; 8]).expect("a timer");
        }
        lateness.push(late(deadline));
    }
    Round {
        processor: (processor_time() - before).as_secs_f64(),
        lateness,
    }
}

/// How late it is, in milliseconds.
fn late(due: Instant) -> f64 {
    let now = Instant::now();
    let early = due.saturating_duration_since(now).as_secs_f64();
    (now.saturating_duration_since(due).as_secs_f64() - early) * 1e3
}
