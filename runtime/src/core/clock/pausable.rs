//! The clock of a test: it can be paused.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Waker;
use std::time::{Duration, Instant};

use crate::core::reactor::wake_all;
use crate::core::turn::POLLS_PER_LOOK;
use crate::core::{Core, current, local};

/// Some clock of this process was paused. Until then none has to be asked what it shows.
static WAS_PAUSED: AtomicBool = AtomicBool::new(false);

pub(crate) fn was_paused() -> bool {
    WAS_PAUSED.load(Ordering::Relaxed)
}

/// A clock that can stand still.
#[derive(Debug, Default)]
pub(crate) enum Clock {
    /// Never paused: the monotonic clock.
    #[default]
    Real,
    Paused {
        shows: Instant,
    },
    /// Runs again since that moment of real time, when it showed this.
    Resumed {
        shows: Instant,
        since: Instant,
    },
}

/// Why a clock cannot be paused, resumed or advanced.
#[derive(Debug)]
pub(crate) enum ClockError {
    Paused,
    NotPaused,
    OutOfRange(Duration),
}

impl fmt::Display for ClockError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Paused => f.write_str(
                "the clock of this runtime is paused already: by `start_paused`, or by an earlier \
                 `time::pause()` without `time::resume()`",
            ),
            Self::NotPaused => f.write_str(
                "the clock of this runtime is not paused; call `time::pause()` first, or build the \
                 runtime with `Builder::start_paused(true)`",
            ),
            Self::OutOfRange(by) => {
                write!(
                    f,
                    "no clock can show a moment {by:?} from now; advance by less"
                )
            }
        }
    }
}

impl Clock {
    /// What it shows at a moment of real time.
    pub(crate) fn at(&self, real: Instant) -> Instant {
        match *self {
            Self::Real => real,
            Self::Paused { shows } => shows,
            Self::Resumed { shows, since } => {
                let since = real.saturating_duration_since(since);
                shows.checked_add(since).unwrap_or(shows)
            }
        }
    }

    /// The real time at which it will show `deadline`; `None` while it stands still before it.
    pub(crate) fn kernel_time(&self, deadline: Instant) -> Option<Instant> {
        match *self {
            Self::Real => Some(deadline),
            Self::Paused { shows } => (deadline <= shows).then(Instant::now),
            Self::Resumed { shows, since } => {
                let left = deadline.saturating_duration_since(shows);
                Some(since.checked_add(left).unwrap_or(deadline))
            }
        }
    }

    pub(crate) fn is_paused(&self) -> bool {
        matches!(self, Self::Paused { .. })
    }

    pub(crate) fn pause(&mut self) -> Result<(), ClockError> {
        if self.is_paused() {
            return Err(ClockError::Paused);
        }
        WAS_PAUSED.store(true, Ordering::Relaxed);
        *self = Self::Paused {
            shows: self.at(Instant::now()),
        };
        Ok(())
    }

    pub(crate) fn resume(&mut self) -> Result<(), ClockError> {
        let Self::Paused { shows } = *self else {
            return Err(ClockError::NotPaused);
        };
        *self = Self::Resumed {
            shows,
            since: Instant::now(),
        };
        Ok(())
    }

    pub(crate) fn advance(&mut self, by: Duration) -> Result<(), ClockError> {
        let Self::Paused { shows } = self else {
            return Err(ClockError::NotPaused);
        };
        *shows = shows.checked_add(by).ok_or(ClockError::OutOfRange(by))?;
        Ok(())
    }

    /// Moves a paused clock forward to a deadline, if that is not over yet.
    pub(crate) fn jump(&mut self, deadline: Instant) {
        if let Self::Paused { shows } = self {
            *shows = deadline.max(*shows);
        }
    }
}

impl Core {
    /// What the clock shows.
    pub(crate) fn now(&self) -> Instant {
        let real = Instant::now();
        if was_paused() {
            self.timers.at(real)
        } else {
            real
        }
    }

    /// Whether the clock stands still. Real time must not decide then what coroutines do.
    #[inline]
    pub(in crate::core) fn is_paused(&self) -> bool {
        was_paused() && self.timers.is_paused()
    }

    /// Whether timers that are due fire when a turn looks at them. On a paused clock they do when no
    /// coroutine is ready: what comes from outside, in real time, brings turns about that must not matter.
    pub(in crate::core) fn may_fire(&self) -> bool {
        !self.is_paused() || self.nothing_is_ready()
    }

    /// After a poll on a paused clock: fires what is due every so many polls, so that coroutines that are
    /// always ready do not keep it from firing.
    pub(in crate::core) fn fire_by_count(&self) {
        let polls = local::with(self, |local| local.borrow().queue.polls);
        if polls.is_some_and(|polls| polls.is_multiple_of(u64::from(POLLS_PER_LOOK))) {
            self.fire(|core, wakers| core.timers.expire(Instant::now(), false, true, wakers));
        }
    }

    /// Whether no coroutine is ready, as only the owner thread can tell.
    fn nothing_is_ready(&self) -> bool {
        local::with(self, |local| local.borrow().queue.is_empty()).unwrap_or(false)
    }

    /// Whether the clock is paused and there is nothing to do before the next timer: no coroutine is
    /// ready, and no blocking job is under way.
    pub(crate) fn may_jump(&self) -> bool {
        was_paused()
            && self.timers.wait_for_a_jump()
            && !self.remote.is_signalled()
            && self.nothing_is_ready()
            && self.blocking.is_idle()
    }

    /// Moves a paused clock to the next timer, unless there turns out to be something to do before.
    /// `false`: there was no reason to. A host calls it when no source of its own is ready, either.
    pub(crate) fn jump(self: &Arc<Self>) -> bool {
        if !self.may_jump() || !self.is_owned_by_this_thread() {
            return false;
        }
        let entered = current::enter(self);
        let local = entered.local();
        self.timers.unpublish();
        {
            let queue = &mut local.borrow_mut().queue;
            queue.wake();
            queue.turns += 1;
        }
        self.look(local);
        if self.may_jump() {
            self.fire(|core, wakers| core.timers.jump(wakers));
        }
        true
    }

    pub(crate) fn pause(&self) -> Result<(), ClockError> {
        self.timers.pause(&self.reactor)
    }

    pub(crate) fn resume(&self) -> Result<(), ClockError> {
        self.timers.resume(&self.reactor)
    }

    /// Moves a paused clock, and wakes those whose timers are due then.
    pub(crate) fn advance(&self, by: Duration) -> Result<(), ClockError> {
        self.fire(|core, wakers| core.timers.advance(&core.reactor, by, wakers))
    }

    fn fire<T>(&self, collect: impl FnOnce(&Self, &mut Vec<Waker>) -> T) -> T {
        let mut wakers = Vec::new();
        let result = collect(self, &mut wakers);
        wake_all(&mut wakers);
        result
    }
}

#[cfg(test)]
mod tests {
    use std::task::Waker;
    use std::time::{Duration, Instant};

    use crate::core::blocking::BlockingGuard;
    use crate::core::{Core, Options};

    /// Hosts know nothing but real time.
    #[test]
    fn the_next_deadline_is_in_real_time() {
        const MINUTE: Duration = Duration::from_secs(60);
        let (core, _backend) = Core::new(Options::default()).unwrap();
        core.pause().unwrap();
        core.advance(60 * MINUTE).unwrap();
        let deadline = core.now() + MINUTE;
        core.timers
            .insert(&core.reactor, deadline, 0, Waker::noop().clone());
        assert!(core.next_deadline().unwrap() <= Instant::now(), "a jump");
        let job = BlockingGuard::new(&core);
        assert_eq!(core.next_deadline(), None);
        drop(job);
        let before = Instant::now();
        core.resume().unwrap();
        let resumed = before..=Instant::now();
        assert!(resumed.contains(&(core.next_deadline().unwrap() - MINUTE)));
    }
}
