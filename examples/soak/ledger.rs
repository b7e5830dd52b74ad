//! What was started, kind by kind, and what of it ended.

use std::sync::atomic::{AtomicU64, Ordering};

/// One kind. Threads count, too.
pub(crate) struct Count {
    name: &'static str,
    started: AtomicU64,
    ended: AtomicU64,
}

/// Counts an end when it is dropped.
pub(crate) struct Begun(&'static Count);

pub(crate) static ABORTED: Count = Count::new("aborted");
pub(crate) static CHILDREN: Count = Count::new("children");
pub(crate) static LOOPS: Count = Count::new("nested loops");
pub(crate) static REMOTE: Count = Count::new("remote spawns");
pub(crate) static REQUESTS: Count = Count::new("HTTP requests");
pub(crate) static SIGNALS: Count = Count::new("signals");
pub(crate) static TIMERS: Count = Count::new("timers");
pub(crate) static WAKES: Count = Count::new("remote wakes");

static ALL: [&Count; 8] = [
    &ABORTED, &CHILDREN, &LOOPS, &REMOTE, &REQUESTS, &SIGNALS, &TIMERS, &WAKES,
];

impl Count {
    const fn new(name: &'static str) -> Self {
        Self {
            name,
            started: AtomicU64::new(0),
            ended: AtomicU64::new(0),
        }
    }

    /// Counts a start.
    pub(crate) fn begin(&'static self) -> Begun {
        self.started.fetch_add(1, Ordering::Relaxed);
        Begun(self)
    }

    fn started(&self) -> u64 {
        self.started.load(Ordering::Relaxed)
    }
}

impl Drop for Begun {
    fn drop(&mut self) {
        self.0.ended.fetch_add(1, Ordering::Relaxed);
    }
}

/// How many there were of all kinds.
pub(crate) fn started() -> u64 {
    ALL.iter().map(|count| count.started()).sum()
}

/// To be called when everything should have ended.
pub(crate) fn assert_balanced() {
    for count in ALL {
        let ended = count.ended.load(Ordering::Relaxed);
        assert_eq!(count.started(), ended, "{}: started and ended", count.name);
        assert_ne!(ended, 0, "{}: none in a whole round", count.name);
    }
}

pub(crate) fn print() {
    for count in ALL {
        println!("{:<16} {:>10}  all ended", count.name, count.started());
    }
}
