//! The crate polling, for unixes without epoll: kqueue on macOS and the BSDs. On Linux, where it is chosen with
//! `--cfg glib_coro_backend="polling"` to test what is here, it is epoll by a longer way.
//!
//! Two things to know about it. Its `wait` must get a timeout of zero: any other arms a timer of its own, which
//! stays in the set and makes the descriptor readable when nobody asked for that. And its descriptor is
//! readable as long as there is something to collect, on kqueue as on epoll, which is what our hosts need;
//! systems on which it has no descriptor at all (where it uses `poll`) cannot host this crate.

#![allow(
    unsafe_code,
    reason = "polling wants a promise about descriptors that are registered"
)]

use std::fmt;
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd};
use std::time::{Duration, Instant};

use polling::{PollMode, Poller};

use super::Event;
use super::timer::Timer;
use crate::core::lock::Lock;

// Our tokens have to fit polling's keys.
const _: () = assert!(usize::BITS >= 64, "polling's keys are too small here");

/// The counterpart of `epoll::Backend`, with the same meanings. Everything is registered edge-triggered, for the
/// same reasons.
pub(crate) struct Backend {
    poller: Poller,
    timer: Timer,
    /// Kept for its allocation.
    events: Lock<polling::Events>,
}

/// One less than the key that polling keeps for itself.
pub(super) const TIMER: usize = usize::MAX - 1;
/// How many events one call collects.
const BATCH: usize = 256;

impl Backend {
    pub(crate) fn new() -> io::Result<Self> {
        let poller = Poller::new()?;
        let batch = BATCH.try_into().expect("more than zero");
        Ok(Self {
            timer: Timer::new(&poller)?,
            poller,
            events: Lock::new(polling::Events::with_capacity(batch)),
        })
    }

    /// Registers a descriptor for both directions. Its state at this moment is reported as an event.
    pub(crate) fn add(&self, fd: BorrowedFd<'_>, token: u64) -> io::Result<()> {
        // SAFETY: the promise is to remove the descriptor before it is closed, and whoever registers one does
        // (`Async`, `Readable`). Where it is closed behind their backs, kernels forget the registration by
        // themselves: polling uses the number for nothing but system calls, which answer with an error.
        unsafe {
            self.poller
                .add_with_mode(fd.as_raw_fd(), interest(token), PollMode::Edge)
        }
    }

    /// Asks for the present state of a registered descriptor to be reported again. An error of kind
    /// `NotFound` says that the descriptor is not (or no longer) registered.
    pub(crate) fn rearm(&self, fd: BorrowedFd<'_>, token: u64) -> io::Result<()> {
        self.poller
            .modify_with_mode(fd, interest(token), PollMode::Edge)
    }

    /// Forgets a descriptor. The kernel may have forgotten it already.
    pub(crate) fn remove(&self, fd: BorrowedFd<'_>) {
        let _ = self.poller.delete(fd);
    }

    /// Makes the descriptor readable at `deadline`, or never.
    pub(crate) fn set_timer(&self, deadline: Option<Instant>) {
        // Zero would disarm the timer. The kernel starts to count after `now` was read, so the timer is
        // late by that hair and never early.
        let delay = deadline.map(|deadline| {
            let delay = deadline.saturating_duration_since(Instant::now());
            delay.max(Duration::from_nanos(1))
        });
        self.timer.set(&self.poller, delay);
    }

    /// Makes the descriptor readable now. Callable from any thread.
    pub(crate) fn notify(&self) {
        // Fails only where the descriptor is readable anyway.
        let _ = self.poller.notify();
    }

    /// Appends what happened since the last call to `events`, without blocking. `true`: the timer went
    /// off.
    pub(crate) fn collect(&self, events: &mut Vec<Event>) -> bool {
        let mut collected = self.events.lock();
        collected.clear();
        match self.poller.wait(&mut collected, Some(Duration::ZERO)) {
            Ok(_) => {}
            // The next turn tries again: nothing is lost, the edges stay in the set.
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return false,
            Err(error) => unreachable!("waiting on our own poller failed: {error}"),
        }
        let mut went_off = false;
        for event in collected.iter() {
            if event.key == TIMER {
                went_off = true;
                continue;
            }
            // What ends a connection counts for both directions already.
            events.push(Event {
                token: event.key as u64,
                readable: event.readable,
                writable: event.writable,
                is_plain: false,
            });
        }
        went_off
    }
}

fn interest(token: u64) -> polling::Event {
    let key = token.try_into().expect("checked at compile time");
    polling::Event::all(key)
}

impl AsFd for Backend {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.poller.as_fd()
    }
}

impl fmt::Debug for Backend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Backend")
            .field("poller", &self.poller)
            .field("timer", &self.timer)
            .finish_non_exhaustive()
    }
}
