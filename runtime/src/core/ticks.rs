//! Moments as numbers.

use std::time::{Duration, Instant};

/// Numbers moments so that what is earlier has no greater number. A number takes half as much room as an [`Instant`].
#[derive(Debug)]
pub(super) struct Ticks {
    /// What comes before has the same number as this.
    pub(super) origin: Instant,
}

/// Up to so many seconds from the origin, which is three centuries, ticks are nanoseconds ..
pub(super) const NEAR: u64 = FAR / NANOS;
/// .. and from this number of ticks on they are seconds, rounded up, so that any [`Instant`] has its number.
const FAR: u64 = 1 << 63;
const NANOS: u64 = 1_000_000_000;

/// Deadlines may be over already, and are told apart unless they are older than that.
const PAST: Duration = Duration::from_secs(365 * 86_400);

impl Default for Ticks {
    fn default() -> Self {
        let now = Instant::now();
        Self {
            origin: now.checked_sub(PAST).unwrap_or(now),
        }
    }
}

impl Ticks {
    /// The number of a moment, or of the next one that has a number.
    #[inline]
    pub(super) fn of(&self, moment: Instant) -> u64 {
        let since = moment.saturating_duration_since(self.origin);
        let (seconds, nanos) = (since.as_secs(), u64::from(since.subsec_nanos()));
        if seconds < NEAR {
            return seconds * NANOS + nanos;
        }
        let far = seconds - NEAR + u64::from(nanos > 0);
        far.saturating_add(FAR)
    }

    /// The number of a moment, or of the last one before it that has a number: a deadline with a greater number is yet to come.
    #[inline]
    pub(super) fn reached(&self, moment: Instant) -> u64 {
        let next = self.of(moment);
        let is_beyond = next > FAR && self.moment(next).is_none_or(|shown| shown > moment);
        next - u64::from(is_beyond)
    }

    /// The moment of a number; `None` if it is the one after the last.
    pub(super) fn moment(&self, number: u64) -> Option<Instant> {
        let since = match number.checked_sub(FAR) {
            None => Duration::from_nanos(number),
            Some(far) => Duration::from_secs(NEAR + far),
        };
        self.origin.checked_add(since)
    }
}

#[cfg(test)]
mod tests;
