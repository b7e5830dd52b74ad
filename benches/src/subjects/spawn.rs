//! Starting tasks and waiting for them.

use crate::contestants::Contestant;
use crate::floor::tasks;
use crate::track::{Track, everybody};
use crate::work::Work;

/// Spawns `TASKS` tasks at once, then joins them all.
#[derive(Debug)]
pub struct SpawnJoin<const TASKS: u64>;

impl<const TASKS: u64> Work for SpawnJoin<TASKS> {
    const BATCH: u64 = TASKS;

    type State<C: Contestant> = ();

    async fn prepare<C: Contestant>() {}

    async fn run<C: Contestant>((): &mut (), batches: u64) -> u64 {
        let mut joined = 0;
        for _ in 0..batches {
            let handles: Vec<_> = (0..TASKS).map(|_| C::spawn(async { 1 })).collect();
            for handle in handles {
                joined += handle.await;
            }
        }
        joined
    }
}

/// In what all of it is measured.
pub const UNIT: &str = "ns per task";

/// Everybody, and by hand.
pub fn tracks() -> Vec<Track> {
    let mut tracks = everybody::<SpawnJoin<10_000>>("10,000 at once");
    tracks.push(Track::floor(
        "10,000 at once",
        10_000,
        tasks::spawn::<10_000>,
    ));
    tracks.extend(everybody::<SpawnJoin<1>>("one by one"));
    tracks.push(Track::floor("one by one", 1, tasks::spawn::<1>));
    tracks
}
