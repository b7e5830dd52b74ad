//! Wakes that come from another thread.

use std::fs;
use std::future::poll_fn;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::task::Poll;
use std::thread;
use std::time::{Duration, Instant};

use futures_util::task::AtomicWaker;

use crate::contestants::{Contestant, FLOOR, burden};
use crate::figures::{Figure, Figures};
use crate::floor::sockets::one_way;
use crate::statistics::quantile;
use crate::track::Plan;

/// Wakes of one round.
pub const WAKES: u64 = 300;
const BURST: usize = 1_000;
/// How long a thread that is woken had time to fall asleep.
pub const SETTLED: Duration = Duration::from_micros(40);

/// Everybody in turn.
pub(super) fn measure(plan: &Plan) -> Figures {
    let mut contestants = crate::everybody!(C => one_way_of::<C> as fn() -> f64);
    contestants.push((FLOOR, one_way));
    let bursts = crate::everybody!(C => burst::<C> as fn() -> f64);
    let mut figures = Figures::default();
    for (quantity, unit, contestants) in [
        ("one way", "ns", contestants),
        ("a burst of 1,000", "signals", bursts),
    ] {
        let mut rounds = vec![Vec::new(); contestants.len()];
        for _ in 0..plan.rounds {
            for ((_, run), rounds) in contestants.iter().zip(&mut rounds) {
                rounds.push(run());
            }
        }
        for ((name, _), rounds) in contestants.iter().zip(rounds) {
            figures
                .all
                .push(Figure::new("threads", quantity, unit, name).with(rounds));
        }
    }
    figures
}

/// What can be rung by any thread.
#[derive(Debug, Default)]
struct Bell {
    rung: AtomicBool,
    waiting: AtomicWaker,
    /// How often somebody began to wait.
    waits: AtomicU64,
}

impl Bell {
    fn ring(&self) {
        self.rung.store(true, Ordering::Release);
        self.waiting.wake();
    }

    async fn wait(&self) {
        let mut is_first = true;
        poll_fn(|cx| {
            self.waiting.register(cx.waker());
            if self.rung.swap(false, Ordering::Acquire) {
                return Poll::Ready(());
            }
            if std::mem::take(&mut is_first) {
                self.waits.fetch_add(1, Ordering::Release);
            }
            Poll::Pending
        })
        .await;
    }
}

/// Nanoseconds from the wake to the poll.
fn one_way_of<C: Contestant>() -> f64 {
    let runtime = C::new();
    let bell = Arc::new(Bell::default());
    let rung_at = Arc::new(Mutex::new(Instant::now()));
    let theirs = (bell.clone(), rung_at.clone());
    let ringer = thread::spawn(move || {
        let (bell, rung_at) = theirs;
        for number in 1..=WAKES {
            while bell.waits.load(Ordering::Acquire) < number {
                thread::yield_now();
            }
            let asleep = Instant::now();
            while asleep.elapsed() < SETTLED {
                std::hint::spin_loop();
            }
            *rung_at.lock().expect("nobody panics") = Instant::now();
            bell.ring();
        }
    });
    let mut times = runtime.block_on(async {
        burden::<C>();
        C::yield_now().await;
        C::spawn(async move {
            let mut times = Vec::new();
            for _ in 0..WAKES {
                bell.wait().await;
                let rung_at = *rung_at.lock().expect("nobody panics");
                times.push(rung_at.elapsed().as_nanos() as f64);
            }
            times
        })
        .await
    });
    ringer.join().expect("it does not panic");
    quantile(&mut times, 0.5)
}

/// How many times the thread that wakes 1,000 tasks tells the loop.
fn burst<C: Contestant>() -> f64 {
    let runtime = C::new();
    runtime.block_on(async {
        burden::<C>();
        let bells: Arc<[Bell]> = (0..BURST).map(|_| Bell::default()).collect();
        let tasks: Vec<_> = (0..BURST)
            .map(|number| {
                let bells = bells.clone();
                C::spawn(async move { bells[number].wait().await })
            })
            .collect();
        while bells
            .iter()
            .any(|bell| bell.waits.load(Ordering::Acquire) == 0)
        {
            C::yield_now().await;
        }
        let (tell, told) = mpsc::channel();
        let ringer = thread::spawn(move || {
            let before = writes();
            bells.iter().for_each(Bell::ring);
            tell.send(writes() - before).expect("somebody listens");
        });
        // The loop does nothing meanwhile.
        let writes = told.recv().expect("it does not panic");
        ringer.join().expect("it does not panic");
        for task in tasks {
            task.await;
        }
        writes
    })
}

/// How often the calling thread wrote to a descriptor.
fn writes() -> f64 {
    let counted = fs::read_to_string("/proc/thread-self/io").expect("a kernel that counts I/O");
    let writes = counted
        .lines()
        .find_map(|line| line.strip_prefix("syscw: "));
    writes.expect("a line of Linux").parse().expect("a number")
}
