//! Sleeping, timeouts, intervals.
//!
//! Deadlines are [`Instant`]s of the monotonic clock. A sleep never ends early and is exact to well under
//! a millisecond; timers with equal deadlines fire in the order in which they were created.

mod interval;
mod sleep;
mod timeout;

use std::time::{Duration, Instant};

pub use self::interval::{Interval, MissedTickBehavior, interval, interval_at};
pub use self::sleep::{Sleep, sleep, sleep_until};
pub use self::timeout::{Elapsed, Timeout, timeout, timeout_at};

/// The present moment on the clock that timers follow.
pub fn now() -> Instant {
    Instant::now()
}

/// A deadline `duration` from now; one that no clock can show becomes one that no program lives to see.
fn deadline_after(duration: Duration) -> Instant {
    const CENTURY: Duration = Duration::from_secs(100 * 365 * 86_400);
    let now = now();
    now.checked_add(duration).unwrap_or_else(|| now + CENTURY)
}
