//! glib-coro beside its peers, all in this process and in turn.
//!
//! `cargo bench -p glib-coro-benches --bench peers` prints one table. To profile one contestant at one
//! subject, give its numbers and how many batches to do: `… --bench peers -- --run 1 0 1000`.

#![forbid(unsafe_code)]

use std::env;
use std::time::Duration;

use glib_coro_benches::contestants::{Contestant, GlibRs, OursOnGLib, OursOnStandalone, Tokio};
use glib_coro_benches::instructions;
use glib_coro_benches::statistics::{Spread, figure};
use glib_coro_benches::subjects::{PingPong, SpawnJoin, Subject, YieldNow};
use glib_coro_benches::table::Table;
use glib_coro_benches::track::Track;

/// Odd, so that the median is a round.
const ROUNDS: usize = 15;
/// How long one contestant's part of a round takes, unless a single batch takes longer.
const ROUND: Duration = Duration::from_millis(40);

const CONTESTANTS: [&str; 4] = [
    OursOnGLib::NAME,
    OursOnStandalone::NAME,
    GlibRs::NAME,
    Tokio::NAME,
];
/// How many of them are ours.
const OURS: usize = 2;
/// Where among them are those we compare with.
const PEERS: [usize; 2] = [2, 3];

/// A subject with everyone's part in it.
struct Contest {
    title: &'static str,
    /// What one operation is.
    unit: &'static str,
    tracks: [fn() -> Track; CONTESTANTS.len()],
    batch: u64,
    /// The ratio to each of the peers that we must not exceed.
    limits: [Option<f64>; PEERS.len()],
    /// Two numbers of batches, whose difference under callgrind is free of the start and the end.
    counted: [u64; 2],
}

fn contest<S: Subject>(
    title: &'static str,
    unit: &'static str,
    limits: [Option<f64>; PEERS.len()],
    counted: [u64; 2],
) -> Contest {
    Contest {
        title,
        unit,
        tracks: [
            Track::new::<OursOnGLib, S>,
            Track::new::<OursOnStandalone, S>,
            Track::new::<GlibRs, S>,
            Track::new::<Tokio, S>,
        ],
        batch: S::BATCH,
        limits,
        counted,
    }
}

fn contests() -> [Contest; 5] {
    [
        contest::<SpawnJoin<10_000>>(
            "spawn and join, 10,000 at once",
            "task",
            [Some(0.15), Some(1.0)],
            [1, 2],
        ),
        contest::<YieldNow<1, 0>>(
            "yield_now, 1 task",
            "yield",
            [Some(0.25), Some(1.0)],
            [1_000, 11_000],
        ),
        contest::<YieldNow<100, 0>>(
            "yield_now, 100 tasks",
            "yield",
            [Some(0.25), Some(1.0)],
            [10, 110],
        ),
        contest::<YieldNow<1, 10_000>>(
            "yield_now beside 10,000 sleepers",
            "yield",
            [Some(0.001), Some(1.0)],
            [2, 124],
        ),
        contest::<PingPong>(
            "socket pair ping-pong, 1 byte",
            "round trip",
            [None, Some(1.0)],
            [100, 1_100],
        ),
    ]
}

impl Contest {
    /// Everyone's nanoseconds per operation, round by round.
    fn times(&self) -> Vec<Vec<f64>> {
        let mut tracks: Vec<_> = self.tracks.iter().map(|track| track()).collect();
        let batches: Vec<_> = tracks
            .iter_mut()
            .map(|track| track.calibrate(ROUND))
            .collect();
        let mut times = vec![Vec::new(); tracks.len()];
        for _ in 0..ROUNDS {
            for ((track, &batches), times) in tracks.iter_mut().zip(&batches).zip(&mut times) {
                times.push(track.measure(batches));
            }
        }
        times
    }

    /// Everyone's instructions per operation.
    fn instructions(&self, number: usize) -> Option<Vec<f64>> {
        let count = |contestant: usize, batches: u64| {
            let [subject, contestant, batches] =
                [number as u64, contestant as u64, batches].map(|number| number.to_string());
            instructions::count(&["--run", &subject, &contestant, &batches])
        };
        let [few, many] = self.counted;
        (0..CONTESTANTS.len())
            .map(|contestant| {
                let difference = count(contestant, many)?.checked_sub(count(contestant, few)?)?;
                Some(difference as f64 / ((many - few) * self.batch) as f64)
            })
            .collect()
    }

    fn report(&self, times: &[Vec<f64>], instructions: Option<&[f64]>, table: &mut Table) {
        for (contestant, name) in CONTESTANTS.into_iter().enumerate() {
            let is_ours = contestant < OURS;
            let time_ratios = [0, 1].map(|peer| {
                if !is_ours {
                    return String::new();
                }
                let ratio = Spread::of_ratios(&times[contestant], &times[PEERS[peer]]);
                match self.limits[peer] {
                    Some(limit) if ratio.median <= limit => format!("{ratio} ≤ {limit}"),
                    Some(limit) => format!("{ratio} > {limit} MISSED"),
                    None => ratio.to_string(),
                }
            });
            let counted = instructions.map_or_else(String::new, |all| figure(all[contestant]));
            let instruction_ratios = PEERS.map(|peer| match instructions {
                Some(all) if is_ours => figure(all[contestant] / all[peer]),
                _ => String::new(),
            });
            let subject = format!("{}, per {}", self.title, self.unit);
            let time = Spread::of(times[contestant].iter().copied()).to_string();
            let [to_glib_rs, to_tokio] = time_ratios;
            let [count_to_glib_rs, count_to_tokio] = instruction_ratios;
            table.row([
                subject,
                name.to_owned(),
                time,
                to_glib_rs,
                to_tokio,
                counted,
                count_to_glib_rs,
                count_to_tokio,
            ]);
        }
    }
}

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    if let Some(at) = arguments.iter().position(|argument| argument == "--run") {
        let numbers: Result<Vec<u64>, _> = arguments[at + 1..].iter().map(|n| n.parse()).collect();
        let Ok([subject, contestant, batches]) = numbers.as_deref() else {
            panic!("usage: --run SUBJECT CONTESTANT BATCHES, all of them numbers");
        };
        let contest = &contests()[*subject as usize];
        let time = contest.tracks[*contestant as usize]().measure(*batches);
        println!("{time:.1} ns per {}", contest.unit);
        return;
    }

    let counts = instructions::can_count();
    let mut table = Table::new([
        "subject",
        "contestant",
        "time, ns",
        "÷ glib-rs",
        "÷ tokio",
        "instructions",
        "÷ glib-rs",
        "÷ tokio",
    ]);
    for (number, contest) in contests().iter().enumerate() {
        eprintln!("{} …", contest.title);
        let times = contest.times();
        let instructions = counts.then(|| contest.instructions(number)).flatten();
        contest.report(&times, instructions.as_deref(), &mut table);
    }
    println!("{table}");
    println!(
        "Medians of {ROUNDS} rounds in turn, with their quartiles; ratios are taken round by round."
    );
    if counts {
        println!(
            "Instructions are those outside the kernel, counted by callgrind. It slows the program but \
             not the clock, so what happens every so many microseconds counts more often than it would."
        );
    } else {
        println!("Install valgrind to have instructions counted as well.");
    }
}
