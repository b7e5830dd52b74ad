//! What is measured: one file per kind of work.

mod ping_pong;
mod spawn_join;
mod yield_now;

use std::future::Future;

use crate::contestants::Contestant;

pub use self::ping_pong::PingPong;
pub use self::spawn_join::SpawnJoin;
pub use self::yield_now::YieldNow;

/// A kind of work, the same for every contestant.
pub trait Subject: 'static {
    /// How many operations are done at once; a run does them a whole number of times.
    const BATCH: u64;

    /// Done once, before anything is measured.
    fn prepare<C: Contestant>() -> impl Future<Output = ()> {
        std::future::ready(())
    }

    /// Does the work `batches` times; returns how many operations were seen to happen.
    fn run<C: Contestant>(batches: u64) -> impl Future<Output = u64>;
}
