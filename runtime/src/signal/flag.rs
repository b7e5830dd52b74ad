//! The flag between a signal handler and its listener.

#[cfg(loom)]
use loom::sync::atomic::{AtomicBool, Ordering};
#[cfg(not(loom))]
use std::sync::atomic::{AtomicBool, Ordering};

/// Up from the first signal until the listener is told: what comes in between is part of the same news.
#[derive(Debug)]
pub(super) struct Flag(AtomicBool);

impl Flag {
    pub(super) fn new() -> Self {
        Self(AtomicBool::new(false))
    }

    /// Notes a signal. `true`: it is the first, and the listener has yet to hear of it.
    pub(super) fn raise(&self) -> bool {
        !self.0.swap(true, Ordering::AcqRel)
    }

    /// Called once the listener has heard. Not a store: what was done before a signal that found the flag up has to be seen by
    /// whoever is told now, because nobody is told again.
    pub(super) fn lower(&self) {
        self.0.swap(false, Ordering::AcqRel);
    }
}

/// Run with those of the remote queue, see there.
#[cfg(all(test, loom))]
mod loom_tests {
    use loom::sync::Arc;
    use loom::sync::atomic::{AtomicBool, Ordering};
    use loom::thread;

    use super::Flag;

    #[test]
    fn loom_what_came_before_a_signal_is_seen_or_the_signal_is_told() {
        loom::model(|| {
            let (flag, news) = (Arc::new(Flag::new()), Arc::new(AtomicBool::new(false)));
            assert!(flag.raise(), "an earlier signal, which is being told");
            let raising = {
                let (flag, news) = (flag.clone(), news.clone());
                thread::spawn(move || {
                    news.store(true, Ordering::Relaxed);
                    flag.raise()
                })
            };
            flag.lower();
            let seen = news.load(Ordering::Relaxed);
            assert!(raising.join().unwrap() || seen);
        });
    }
}
