//! What is done, the same by every contestant.

use std::future::Future;

use crate::contestants::Contestant;

/// A kind of work that takes nanoseconds to microseconds, done often.
pub trait Work: 'static {
    /// How many operations are done at once; a run does them a whole number of times.
    const BATCH: u64;

    /// What is prepared once, before anything is measured.
    type State<C: Contestant>: 'static;

    /// Prepares.
    fn prepare<C: Contestant>() -> impl Future<Output = Self::State<C>>;

    /// Does the work `batches` times; returns how many operations were seen to happen.
    fn run<C: Contestant>(state: &mut Self::State<C>, batches: u64) -> impl Future<Output = u64>;
}
