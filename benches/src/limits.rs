//! What the figures must reach and what they aim at.

use std::fs;

use crate::contestants::FLOOR;
use crate::figures::{Figure, Figures};
use crate::machine::root;
use crate::statistics::Spread;

/// One demand. It holds for glib-coro on each loop that was measured.
#[derive(Clone, Copy, Debug)]
pub struct Limit {
    /// Key of the subject.
    pub subject: &'static str,
    /// What of it.
    pub quantity: &'static str,
    /// What the figure is divided by.
    pub against: Against,
    /// What must hold.
    pub must: Bound,
    /// What would be better still.
    pub aim: Option<Bound>,
}

/// Each missed limit and aim has its line there: the subject, the quantity, and one sentence on what stands in the way,
/// apart by tabs. Read when the report is made, so that a new reason needs no new build.
const OBSTACLES: &str = "benches/obstacles.tsv";

/// What stands in the way of a quantity; `None` if nothing is known to.
pub fn obstacle(subject: &str, quantity: &str) -> Option<String> {
    let text = fs::read_to_string(root().join(OBSTACLES)).expect("it is in the repository");
    text.lines()
        .find_map(|line| match line.split('\t').collect::<Vec<_>>()[..] {
            [about, what, sentence] if (about, what) == (subject, quantity) => {
                Some(sentence.to_owned())
            }
            _ => None,
        })
}

/// What a figure is divided by.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Against {
    /// The same of somebody else.
    Contestant(&'static str),
    /// Another quantity of the same contestant.
    Quantity(&'static str),
    /// Nothing: the figure itself is judged.
    Nothing,
    /// Not divided: what a contestant has is taken off.
    Less(&'static str),
}

/// How large a figure may be or must be.
#[derive(Clone, Copy, Debug)]
pub enum Bound {
    /// No more.
    AtMost(f64),
    /// No less.
    AtLeast(f64),
}
use Against::{Contestant, Less, Nothing, Quantity};
use Bound::{AtLeast, AtMost};

impl Bound {
    /// Whether a number keeps to it.
    pub fn holds(self, number: f64) -> bool {
        match self {
            AtMost(most) => number <= most,
            AtLeast(least) => number >= least,
        }
    }

    /// As a reader expects it.
    pub fn text(self) -> String {
        match self {
            AtMost(0.0) => "0".to_owned(),
            AtMost(most) => format!("≤ {most}"),
            AtLeast(least) => format!("≥ {least}"),
        }
    }
}

impl Limit {
    /// What one of ours reached; `None` if that was not measured.
    pub fn reached(&self, figures: &Figures, ours: &str) -> Option<Spread> {
        let get = |quantity, contestant| figures.get(self.subject, quantity, contestant);
        let figure = get(self.quantity, ours)?;
        let divide = |other: &Figure| Spread::of_ratios(&figure.rounds, &other.rounds);
        Some(match self.against {
            Nothing => figure.spread(),
            Contestant(name) => divide(get(self.quantity, name)?),
            Quantity(quantity) => divide(get(quantity, ours)?),
            Less(name) => {
                let other = get(self.quantity, name)?;
                Spread::of(
                    figure
                        .rounds
                        .iter()
                        .zip(&other.rounds)
                        .map(|(one, other)| one - other),
                )
            }
        })
    }

    /// What the floor reaches, where that is the same work and not what is divided by: nobody can be expected to do better.
    pub fn floor(&self, figures: &Figures) -> Option<Spread> {
        match (self.against, self.quantity) {
            // An alarm for each, which is exact, and not cheap.
            (_, "processor time") => None,
            (Contestant(FLOOR) | Quantity(_) | Less(_), _) => None,
            (Contestant(_) | Nothing, _) => self.reached(figures, FLOOR),
        }
    }

    /// What it is about, for the table.
    pub fn against_text(&self) -> String {
        match self.against {
            Nothing => "itself".to_owned(),
            Contestant(name) => format!("÷ {name}"),
            Quantity(quantity) => format!("÷ {quantity}"),
            Less(name) => format!("− {name}"),
        }
    }
}

const GLIB_RS: Against = Contestant("glib-rs");
const LOCAL_SET: Against = Contestant("tokio LocalSet");
const LOCAL: Against = Contestant("tokio LocalRuntime");
const SMOL: Against = Contestant("smol");
const HAND: Against = Contestant(FLOOR);

const fn limit(
    subject: &'static str,
    quantity: &'static str,
    against: Against,
    must: Bound,
    aim: Option<Bound>,
) -> Limit {
    Limit {
        subject,
        quantity,
        against,
        must,
        aim,
    }
}

/// All demands, in the order of the report.
pub const LIMITS: &[Limit] = &[
    limit("spawn", "10,000 at once", GLIB_RS, AtMost(0.12), None),
    limit(
        "spawn",
        "10,000 at once",
        LOCAL_SET,
        AtMost(0.65),
        Some(AtMost(0.45)),
    ),
    limit(
        "spawn",
        "10,000 at once",
        LOCAL,
        AtMost(0.65),
        Some(AtMost(0.45)),
    ),
    limit("spawn", "10,000 at once", SMOL, AtMost(0.8), None),
    limit("spawn", "one by one", GLIB_RS, AtMost(0.12), None),
    limit(
        "spawn",
        "one by one",
        LOCAL_SET,
        AtMost(0.65),
        Some(AtMost(0.45)),
    ),
    limit(
        "spawn",
        "one by one",
        LOCAL,
        AtMost(0.65),
        Some(AtMost(0.45)),
    ),
    limit("spawn", "one by one", SMOL, AtMost(0.8), None),
    limit(
        "coroutine",
        "a coroutine, called and awaited",
        Quantity("spawn and join"),
        AtMost(1.1),
        Some(AtMost(1.0)),
    ),
    limit("yield", "1 task", GLIB_RS, AtMost(0.2), None),
    limit("yield", "1 task", LOCAL_SET, AtMost(0.6), Some(AtMost(0.3))),
    limit("yield", "1 task", LOCAL, AtMost(0.6), Some(AtMost(0.3))),
    limit("yield", "100 tasks", GLIB_RS, AtMost(0.2), None),
    limit(
        "yield",
        "100 tasks",
        LOCAL_SET,
        AtMost(1.0),
        Some(AtMost(0.8)),
    ),
    limit("yield", "100 tasks", LOCAL, AtMost(1.0), Some(AtMost(0.8))),
    limit("yield", "10,000 tasks", GLIB_RS, AtMost(0.2), None),
    limit(
        "yield",
        "10,000 tasks",
        LOCAL_SET,
        AtMost(1.0),
        Some(AtMost(0.8)),
    ),
    limit(
        "yield",
        "10,000 tasks",
        LOCAL,
        AtMost(1.0),
        Some(AtMost(0.8)),
    ),
    limit(
        "wake",
        "10,000 sleep",
        Quantity("none sleeps"),
        AtMost(1.2),
        Some(AtMost(1.05)),
    ),
    limit(
        "wake",
        "100,000 sleep",
        Quantity("none sleeps"),
        AtMost(1.2),
        Some(AtMost(1.05)),
    ),
    limit("wake", "10,000 sleep", GLIB_RS, AtMost(0.001), None),
    limit(
        "timeout",
        "set and cancelled",
        LOCAL_SET,
        AtMost(0.7),
        Some(AtMost(0.4)),
    ),
    limit(
        "timeout",
        "set and cancelled",
        LOCAL,
        AtMost(0.7),
        Some(AtMost(0.4)),
    ),
    limit(
        "ping-pong",
        "1 byte",
        LOCAL_SET,
        AtMost(0.95),
        Some(AtMost(0.8)),
    ),
    limit(
        "ping-pong",
        "1 byte",
        LOCAL,
        AtMost(0.95),
        Some(AtMost(0.8)),
    ),
    limit("ping-pong", "1 byte", SMOL, AtMost(0.6), None),
    limit("ping-pong", "1 byte", GLIB_RS, AtMost(0.25), None),
    limit("ping-pong", "1 byte", HAND, AtMost(1.5), Some(AtMost(1.3))),
    limit(
        "echo",
        "1 × 64 B",
        LOCAL_SET,
        AtLeast(1.0),
        Some(AtLeast(1.1)),
    ),
    limit("echo", "1 × 64 B", LOCAL, AtLeast(1.0), Some(AtLeast(1.1))),
    limit("echo", "1 × 64 B", GLIB_RS, AtLeast(3.0), None),
    limit(
        "echo",
        "100 × 64 B",
        LOCAL_SET,
        AtLeast(1.0),
        Some(AtLeast(1.1)),
    ),
    limit(
        "echo",
        "100 × 64 B",
        LOCAL,
        AtLeast(1.0),
        Some(AtLeast(1.1)),
    ),
    limit("echo", "100 × 64 B", GLIB_RS, AtLeast(3.0), None),
    limit(
        "echo",
        "1,000 × 64 B",
        LOCAL_SET,
        AtLeast(1.0),
        Some(AtLeast(1.1)),
    ),
    limit(
        "echo",
        "1,000 × 64 B",
        LOCAL,
        AtLeast(1.0),
        Some(AtLeast(1.1)),
    ),
    limit("echo", "1,000 × 64 B", GLIB_RS, AtLeast(3.0), None),
    limit(
        "echo",
        "1 × 64 KiB",
        LOCAL_SET,
        AtLeast(1.0),
        Some(AtLeast(1.1)),
    ),
    limit(
        "echo",
        "1 × 64 KiB",
        LOCAL,
        AtLeast(1.0),
        Some(AtLeast(1.1)),
    ),
    limit("echo", "1 × 64 KiB", GLIB_RS, AtLeast(3.0), None),
    limit(
        "echo",
        "100 × 64 KiB",
        LOCAL_SET,
        AtLeast(1.0),
        Some(AtLeast(1.1)),
    ),
    limit(
        "echo",
        "100 × 64 KiB",
        LOCAL,
        AtLeast(1.0),
        Some(AtLeast(1.1)),
    ),
    limit("echo", "100 × 64 KiB", GLIB_RS, AtLeast(3.0), None),
    limit(
        "echo",
        "1,000 × 64 KiB",
        LOCAL_SET,
        AtLeast(1.0),
        Some(AtLeast(1.1)),
    ),
    limit(
        "echo",
        "1,000 × 64 KiB",
        LOCAL,
        AtLeast(1.0),
        Some(AtLeast(1.1)),
    ),
    limit("echo", "1,000 × 64 KiB", GLIB_RS, AtLeast(3.0), None),
    limit(
        "descriptors",
        "10,000 descriptors",
        Quantity("1 descriptor"),
        AtMost(1.1),
        Some(AtMost(1.0)),
    ),
    limit(
        "bytes",
        "1,000,000 asleep",
        Nothing,
        AtMost(400.0),
        Some(AtMost(256.0)),
    ),
    limit(
        "sleeps",
        "processor time",
        LOCAL_SET,
        AtMost(0.6),
        Some(AtMost(0.4)),
    ),
    limit(
        "sleeps",
        "processor time",
        LOCAL,
        AtMost(0.6),
        Some(AtMost(0.4)),
    ),
    limit(
        "sleeps",
        "lateness, 99th percentile",
        Nothing,
        AtMost(0.3),
        Some(AtMost(0.1)),
    ),
    limit("sleeps", "early", Nothing, AtMost(0.0), None),
    limit(
        "threads",
        "one way",
        LOCAL_SET,
        AtMost(1.1),
        Some(AtMost(1.0)),
    ),
    limit("threads", "one way", LOCAL, AtMost(1.1), Some(AtMost(1.0))),
    limit("threads", "a burst of 1,000", Nothing, AtMost(1.0), None),
    limit(
        "http",
        "64 connections",
        LOCAL_SET,
        AtLeast(0.95),
        Some(AtLeast(1.05)),
    ),
    limit(
        "http",
        "64 connections",
        LOCAL,
        AtLeast(0.95),
        Some(AtLeast(1.05)),
    ),
    limit(
        "window",
        "frames",
        Nothing,
        AtLeast(55.0),
        Some(AtLeast(60.0)),
    ),
    limit(
        "window",
        "click to handler, 99th percentile",
        Less(FLOOR),
        AtMost(2.0),
        None,
    ),
    limit("idle", "system calls", Nothing, AtMost(0.0), None),
    limit("idle", "wake-ups", Nothing, AtMost(0.0), None),
    limit(
        "build",
        "crates added to a program that uses glib",
        Nothing,
        AtMost(14.0),
        None,
    ),
    limit(
        "build",
        "crates added to a program that uses gtk4",
        Nothing,
        AtMost(8.0),
        None,
    ),
    limit(
        "build",
        "seconds added to a program that uses glib",
        Contestant("tokio"),
        AtMost(1.2),
        Some(AtMost(1.0)),
    ),
    limit(
        "build",
        "a program of 100 functions, built again",
        Contestant("tokio, #[tokio::test]"),
        AtMost(1.2),
        Some(AtMost(1.0)),
    ),
];
