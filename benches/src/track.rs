//! One contestant prepared for one subject.

use std::fmt;
use std::time::{Duration, Instant};

use crate::contestants::{Contestant, burden};
use crate::subjects::Subject;

/// A contestant with its runtime, burdened and prepared for a subject, which can do the work any
/// number of times.
pub struct Track {
    /// Whose it is.
    pub contestant: &'static str,
    batch: u64,
    run: Box<dyn FnMut(u64) -> Duration>,
}

impl Track {
    /// Prepares `C` for `S`.
    pub fn new<C: Contestant, S: Subject>() -> Self {
        let runtime = C::new();
        let burden = runtime.block_on(async {
            let burden = burden::<C>();
            S::prepare::<C>().await;
            // The burden takes effect when its task is polled.
            C::yield_now().await;
            burden
        });
        let run = move |batches| {
            let _keeps = &burden;
            runtime.block_on(async {
                let start = Instant::now();
                let done = S::run::<C>(batches).await;
                let time = start.elapsed();
                assert_eq!(done, batches * S::BATCH, "{} cheats", C::NAME);
                time
            })
        };
        Self {
            contestant: C::NAME,
            batch: S::BATCH,
            run: Box::new(run),
        }
    }

    fn run(&mut self, batches: u64) -> Duration {
        (self.run)(batches)
    }

    /// Does the work so many times; nanoseconds per operation.
    pub fn measure(&mut self, batches: u64) -> f64 {
        self.run(batches).as_nanos() as f64 / (batches * self.batch) as f64
    }

    /// How many batches take about so long.
    pub fn calibrate(&mut self, target: Duration) -> u64 {
        let mut batches = 1;
        loop {
            let time = self.run(batches);
            if time * 2 >= target {
                let more = target.as_secs_f64() / time.as_secs_f64();
                return ((batches as f64 * more).round() as u64).max(1);
            }
            batches *= 2;
        }
    }
}

impl fmt::Debug for Track {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Track")
            .field("contestant", &self.contestant)
            .finish_non_exhaustive()
    }
}
