//! What is measured: one file per subject.

#[cfg(all(feature = "glib", feature = "peers"))]
pub mod build;
#[cfg(all(feature = "glib", feature = "peers"))]
pub mod bytes;
pub mod coroutine;
#[cfg(feature = "glib")]
pub mod descriptors;
pub mod echo;
#[cfg(all(feature = "glib", feature = "peers"))]
pub mod http;
#[cfg(all(feature = "glib", feature = "peers"))]
pub mod idle;
pub mod ping_pong;
#[cfg(all(feature = "glib", feature = "peers"))]
pub mod sleeps;
pub mod spawn;
pub mod threads;
pub mod timeout;
pub mod wake;
#[cfg(all(feature = "glib", feature = "peers"))]
pub mod window;
pub mod yield_now;

use crate::figures::Figures;
use crate::track::{Plan, Track, race};

/// A line of the report.
#[derive(Clone, Copy, Debug)]
pub struct Subject {
    /// Its name, for the command line and the file of figures.
    pub key: &'static str,
    /// Its heading.
    pub title: &'static str,
    /// What is done, for those who doubt the figures.
    pub what: &'static str,
    /// How it is measured.
    pub how: How,
}

/// How a subject is measured.
#[derive(Clone, Copy, Debug)]
pub enum How {
    /// Everybody in turn; what an operation takes, and the tracks.
    Race(&'static str, fn() -> Vec<Track>),
    /// The same, but quantity after quantity, where all at once need too many descriptors.
    Races(&'static str, fn() -> Vec<Track>),
    /// In a way of its own.
    Special(fn(&Plan) -> Figures),
}

impl Subject {
    /// Everything that takes part, where it is a race.
    pub fn tracks(&self) -> Vec<Track> {
        match self.how {
            How::Race(_, tracks) | How::Races(_, tracks) => tracks(),
            How::Special(_) => Vec::new(),
        }
    }

    /// Measures it.
    pub fn measure(&self, plan: &Plan) -> Figures {
        match self.how {
            How::Race(unit, tracks) => race(self.key, unit, &tracks(), plan),
            How::Races(unit, tracks) => {
                let mut figures = Figures::default();
                for tracks in tracks().chunk_by(|one, other| one.quantity == other.quantity) {
                    figures.extend(race(self.key, unit, tracks, plan));
                }
                figures
            }
            How::Special(measure) => measure(plan),
        }
    }
}

/// The subject of that name.
pub fn find(key: &str) -> Option<Subject> {
    all().into_iter().find(|subject| subject.key == key)
}

/// All of them, in the order of the report.
pub fn all() -> Vec<Subject> {
    vec![
        Subject {
            key: "spawn",
            title: "Spawn and join",
            what: "Tasks that end at once are spawned and joined, 10,000 at once or one by one.",
            how: How::Race(spawn::UNIT, spawn::tracks),
        },
        Subject {
            key: "coroutine",
            title: "A `#[coroutine]` call",
            what: "A function with the attribute is called and awaited, beside `spawn` of the same body.",
            how: How::Race(coroutine::UNIT, coroutine::tracks),
        },
        Subject {
            key: "yield",
            title: "`yield_now`",
            what: "Tasks that do nothing but yield.",
            how: How::Race(yield_now::UNIT, yield_now::tracks),
        },
        Subject {
            key: "wake",
            title: "A wake beside sleepers",
            what: "Two tasks wake each other, beside tasks that sleep for an hour.",
            how: How::Race(wake::UNIT, wake::tracks),
        },
        Subject {
            key: "timeout",
            title: "A timeout that never fires",
            what: "A task waits for something that comes with its next poll, with a limit of an hour: \
                   a timer is set and cancelled.",
            how: How::Race(timeout::UNIT, timeout::tracks),
        },
        Subject {
            key: "ping-pong",
            title: "Socket pair ping-pong",
            what: "One byte goes to and fro between two tasks of one loop. By hand that is six system calls.",
            how: How::Race(ping_pong::UNIT, ping_pong::tracks),
        },
        Subject {
            key: "echo",
            title: "TCP echo",
            what: "Clients send a message and wait for it to come back. Both ends of each connection, over the \
                   loopback device, are tasks of one loop, so that no second processor takes part.",
            how: How::Races(echo::UNIT, echo::tracks),
        },
        #[cfg(feature = "glib")]
        Subject {
            key: "descriptors",
            title: "Idle descriptors",
            what: "A GLib context whose idle handler is always ready is iterated, while tasks on it wait for \
                   descriptors on which nothing happens.",
            how: How::Special(descriptors::measure),
        },
        #[cfg(all(feature = "glib", feature = "peers"))]
        Subject {
            key: "bytes",
            title: "Memory",
            what: "Resident memory of a fresh process before and after, per task: 10,000 that were spawned and \
                   did not run yet, and 1,000,000 that sleep for an hour, each in a process of its own.",
            how: How::Special(bytes::measure),
        },
        #[cfg(all(feature = "glib", feature = "peers"))]
        Subject {
            key: "sleeps",
            title: "100,000 concurrent sleeps",
            what: "As many tasks sleep once for 0 to 1,000 ms, to the microsecond. Processor time of the whole \
                   process, spawning included; how late they are when they go on; and how many are early.",
            how: How::Special(sleeps::measure),
        },
        Subject {
            key: "threads",
            title: "A wake from another thread",
            what: "One way: the time from the wake, on a thread that is awake, to the poll, in a loop that \
                   sleeps; the median of 300. A burst: another thread wakes 1,000 tasks while the loop is busy, and \
                   its writes to the loop's descriptor are counted.",
            how: How::Special(threads::measure),
        },
        #[cfg(all(feature = "glib", feature = "peers"))]
        Subject {
            key: "http",
            title: "HTTP hello world",
            what: "hyper's HTTP/1 server, asked by wrk over 64 connections. By hand: the same answer without \
                   looking at the question.",
            how: How::Special(http::measure),
        },
        #[cfg(all(feature = "glib", feature = "peers"))]
        Subject {
            key: "window",
            title: "A window under load",
            what: "A GTK window on an X server without a screen draws as often as it may and gets clicks, beside \
                   1,000 tasks that yield for ever. The floor is the window alone.",
            how: How::Special(window::measure),
        },
        #[cfg(all(feature = "glib", feature = "peers"))]
        Subject {
            key: "idle",
            title: "Idle",
            what: "What a process does while 100 tasks sleep and 100 wait for a descriptor: system calls, seen \
                   by strace, and how often it was put on a processor.",
            how: How::Special(idle::measure),
        },
        #[cfg(all(feature = "glib", feature = "peers"))]
        Subject {
            key: "build",
            title: "Building",
            what: "What glib-coro adds to a program, in crates and in seconds for a debug build beside \
                   dependencies that are built already; and a debug build of an unchanged program with 100 coroutines, \
                   beside one with 100 functions of tokio's.",
            how: How::Special(build::measure),
        },
    ]
}
