//! One contestant prepared for one kind of work, and the race of all of them.

use std::time::{Duration, Instant};

use crate::contestants::{Contestant, FLOOR, burden};
use crate::figures::{Figure, Figures};
use crate::machine::processor_time;
use crate::work::Work;

/// Does the work so many times, and says how much processor time that took.
pub type Run = Box<dyn FnMut(u64) -> Duration>;

/// How much is measured.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// How often everybody has a turn, at least.
    pub rounds: usize,
    /// Up to so often, as long as a race takes no longer than `race`.
    pub most_rounds: usize,
    /// How long a race takes, unless it needs longer for `rounds`.
    pub race: Duration,
    /// The same where one turn takes a second or more.
    pub long_rounds: usize,
    /// How long a turn takes, unless a single batch takes longer. Short, so that on a busy machine most
    /// turns are over before another process has its own.
    pub turn: Duration,
    /// How long a server is asked, a window watched.
    pub watch: Duration,
    /// How long the idle are watched.
    pub idle: Duration,
    /// Whether to compile programs.
    pub builds: bool,
}

impl Plan {
    /// What the report is made of. The numbers of rounds are odd, so that the median is a round.
    pub const FULL: Self = Self {
        rounds: 11,
        most_rounds: 101,
        race: Duration::from_secs(5),
        long_rounds: 7,
        turn: Duration::from_millis(1),
        watch: Duration::from_secs(1),
        idle: Duration::from_secs(60),
        builds: true,
    };

    /// A glance.
    pub const QUICK: Self = Self {
        rounds: 7,
        most_rounds: 21,
        race: Duration::from_secs(1),
        long_rounds: 1,
        turn: Duration::from_millis(1),
        watch: Duration::from_millis(600),
        idle: Duration::from_secs(5),
        builds: false,
    };
}

/// One contestant's part in a race, not yet prepared.
#[derive(Clone, Copy, Debug)]
pub struct Track {
    /// What is measured.
    pub quantity: &'static str,
    /// Who does it.
    pub contestant: &'static str,
    /// How many operations a batch has.
    pub batch: u64,
    make: fn() -> Run,
}

impl Track {
    /// `C` at work.
    pub fn new<C: Contestant, W: Work>(quantity: &'static str) -> Self {
        Self {
            quantity,
            contestant: C::NAME,
            batch: W::BATCH,
            make: prepare::<C, W>,
        }
    }

    /// The work done by hand.
    pub fn floor(quantity: &'static str, batch: u64, make: fn() -> Run) -> Self {
        Self::special(quantity, FLOOR, batch, make)
    }

    /// Work that not everybody can do.
    pub fn special(
        quantity: &'static str,
        contestant: &'static str,
        batch: u64,
        make: fn() -> Run,
    ) -> Self {
        Self {
            quantity,
            contestant,
            batch,
            make,
        }
    }

    /// Prepares the contestant.
    pub fn prepare(&self) -> Run {
        (self.make)()
    }
}

/// All contestants, but not the floor, at the same work.
pub fn everybody<W: Work>(quantity: &'static str) -> Vec<Track> {
    let tracks = crate::everybody!(C => Track::new::<C, W>(quantity));
    tracks.into_iter().map(|(_, track)| track).collect()
}

fn prepare<C: Contestant, W: Work>() -> Run {
    let runtime = C::new();
    let mut state = runtime.block_on(async {
        burden::<C>();
        let state = W::prepare::<C>().await;
        // The burden takes effect when its task is polled.
        C::yield_now().await;
        state
    });
    Box::new(move |batches| {
        runtime.block_on(async {
            let start = processor_time();
            let done = W::run::<C>(&mut state, batches).await;
            let time = processor_time() - start;
            assert_eq!(done, batches * W::BATCH, "{} cheats", C::NAME);
            time
        })
    })
}

/// Everyone's nanoseconds of processor time per operation, in turn; or operations per second, where the unit says so.
pub fn race(subject: &str, unit: &str, tracks: &[Track], plan: &Plan) -> Figures {
    let mut runs: Vec<_> = tracks.iter().map(Track::prepare).collect();
    let batches: Vec<_> = runs
        .iter_mut()
        .map(|run| calibrate(run, plan.turn))
        .collect();
    let mut figures: Vec<_> = tracks
        .iter()
        .map(|track| Figure::new(subject, track.quantity, unit, track.contestant))
        .collect();
    let start = Instant::now();
    for round in 0..plan.most_rounds {
        // An odd number, so that the median is a round.
        if round >= plan.rounds && round % 2 == 1 && start.elapsed() > plan.race {
            break;
        }
        for (index, run) in runs.iter_mut().enumerate() {
            let time = run(batches[index]);
            let operations = (batches[index] * tracks[index].batch) as f64;
            figures[index].rounds.push(if unit.ends_with("/s") {
                operations / time.as_secs_f64()
            } else {
                time.as_nanos() as f64 / operations
            });
        }
    }
    figures.into_iter().collect()
}

/// How many batches take about so long.
fn calibrate(run: &mut Run, target: Duration) -> u64 {
    let mut batches = 1;
    loop {
        let time = run(batches);
        if time * 2 >= target {
            let more = target.as_secs_f64() / time.as_secs_f64();
            return ((batches as f64 * more).round() as u64).max(1);
        }
        batches *= 2;
    }
}
