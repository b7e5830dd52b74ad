//! Letting others run.

use std::cell::Cell;
use std::rc::Rc;

use crate::contestants::Contestant;
use crate::floor::tasks;
use crate::track::{Track, everybody};
use crate::work::Work;

/// `TASKS` tasks do nothing but yield.
#[derive(Debug)]
pub struct YieldNow<const TASKS: u64>;

impl<const TASKS: u64> Work for YieldNow<TASKS> {
    const BATCH: u64 = TASKS;

    type State<C: Contestant> = ();

    async fn prepare<C: Contestant>() {}

    async fn run<C: Contestant>((): &mut (), batches: u64) -> u64 {
        let yields = Rc::new(Cell::new(0));
        let handles: Vec<_> = (0..TASKS)
            .map(|_| {
                let yields = yields.clone();
                C::spawn(async move {
                    for _ in 0..batches {
                        C::yield_now().await;
                        yields.set(yields.get() + 1);
                    }
                })
            })
            .collect();
        for handle in handles {
            handle.await;
        }
        yields.get()
    }
}

/// In what all of it is measured.
pub const UNIT: &str = "ns per yield";

/// Everybody, and by hand.
pub fn tracks() -> Vec<Track> {
    let mut tracks = everybody::<YieldNow<1>>("1 task");
    tracks.push(Track::floor("1 task", 1, tasks::yields::<1>));
    tracks.extend(everybody::<YieldNow<100>>("100 tasks"));
    tracks.push(Track::floor("100 tasks", 100, tasks::yields::<100>));
    tracks.extend(everybody::<YieldNow<10_000>>("10,000 tasks"));
    tracks.push(Track::floor(
        "10,000 tasks",
        10_000,
        tasks::yields::<10_000>,
    ));
    tracks
}
