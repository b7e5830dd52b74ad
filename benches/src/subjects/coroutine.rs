//! What the attribute costs.

use crate::contestants::{Contestant, OursOnStandalone};
use crate::subjects::spawn::SpawnJoin;
use crate::track::Track;
use crate::work::Work;

#[glib_coro::coroutine]
async fn one() -> u64 {
    1
}

/// Calls a coroutine and awaits it, one call after the other.
#[derive(Debug)]
pub struct Call;

impl Work for Call {
    const BATCH: u64 = 1;

    type State<C: Contestant> = ();

    async fn prepare<C: Contestant>() {}

    async fn run<C: Contestant>((): &mut (), batches: u64) -> u64 {
        let mut done = 0;
        for _ in 0..batches {
            done += one().await.expect("it does not panic");
        }
        done
    }
}

/// Those who have coroutines: us.
pub fn tracks() -> Vec<Track> {
    vec![
        #[cfg(feature = "glib")]
        Track::new::<crate::contestants::OursOnGLib, Call>(CALL),
        Track::new::<OursOnStandalone, Call>(CALL),
        #[cfg(feature = "glib")]
        Track::new::<crate::contestants::OursOnGLib, SpawnJoin<1>>(SPAWN),
        Track::new::<OursOnStandalone, SpawnJoin<1>>(SPAWN),
    ]
}

/// In what all of it is measured.
pub const UNIT: &str = "ns per call";

const CALL: &str = "a coroutine, called and awaited";
const SPAWN: &str = "spawn and join";
