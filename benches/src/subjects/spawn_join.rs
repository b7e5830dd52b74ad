//! Starting tasks and waiting for them.

use super::Subject;
use crate::contestants::Contestant;

/// Spawns `TASKS` tasks at once, then joins them all.
#[derive(Debug)]
pub struct SpawnJoin<const TASKS: u64>;

impl<const TASKS: u64> Subject for SpawnJoin<TASKS> {
    const BATCH: u64 = TASKS;

    async fn run<C: Contestant>(batches: u64) -> u64 {
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
