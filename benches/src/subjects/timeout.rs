//! A limit on a wait, which every operation of a careful program has.

use crate::contestants::{Contestant, FAR};
use crate::floor::tasks;
use crate::track::{Track, everybody};
use crate::work::Work;

/// Waits for something that comes one turn later, with a limit far away.
#[derive(Debug)]
pub struct Timeout;

impl Work for Timeout {
    const BATCH: u64 = 1;

    type State<C: Contestant> = ();

    async fn prepare<C: Contestant>() {}

    async fn run<C: Contestant>((): &mut (), batches: u64) -> u64 {
        let task = C::spawn(async move {
            let mut in_time = 0;
            for _ in 0..batches {
                let done = C::timeout(FAR, C::yield_now()).await;
                in_time += u64::from(done.is_some());
            }
            in_time
        });
        task.await
    }
}

/// In what all of it is measured.
pub const UNIT: &str = "ns per timeout";

/// Everybody, and by hand.
pub fn tracks() -> Vec<Track> {
    let mut tracks = everybody::<Timeout>("set and cancelled");
    tracks.push(Track::floor("set and cancelled", 1, tasks::timeouts));
    tracks
}
