//! Figures about a runtime.

use std::ops::Range;
use std::panic::Location;
use std::time::Duration;

use super::id::Id;

/// Figures about a runtime, at one moment.
///
/// ```
/// # fn main() -> std::io::Result<()> {
/// let runtime = glib_coro::Runtime::new()?;
/// runtime.block_on(async {});
/// assert_eq!(runtime.metrics().spawned, 1); // the root future of `block_on`
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Metrics {
    /// Coroutines that have been spawned and have not ended.
    pub alive: usize,
    /// The largest value that `alive` ever had.
    pub peak_alive: usize,
    /// Coroutines spawned so far.
    pub spawned: u64,
    /// Coroutines that are ready to be polled.
    pub ready: usize,
    /// Polls of coroutines so far.
    pub polls: u64,
    /// Turns so far.
    pub turns: u64,
    /// Sources attached to the loop, all priorities together: `GSource`s on GLib, 0 where the loop has
    /// no such thing.
    pub sources: usize,
    /// The poll that took longest so far. `None` without [insight](crate::runtime::Builder::insight).
    pub longest_poll: Option<LongestPoll>,
    /// How many polls took how long. Empty without insight.
    pub poll_times: Histogram,
    /// Polls that took at least the [threshold](crate::runtime::Builder::slow_poll). 0 without insight.
    pub slow_polls: u64,
}

/// The poll that took longest, and whose it was.
///
/// ```
/// use std::time::Duration;
/// use glib_coro::{Runtime, task::Builder};
///
/// # fn main() -> std::io::Result<()> {
/// let runtime = Runtime::builder().insight(true).build()?;
/// let culprit = Builder::new().name("culprit");
/// runtime.block_on(async {
///     culprit.spawn(async { std::thread::sleep(Duration::from_millis(20)) }).await.unwrap();
/// });
/// let longest = runtime.metrics().longest_poll.unwrap();
/// assert_eq!(longest.name.as_deref(), Some("culprit"));
/// assert!(longest.duration >= Duration::from_millis(20));
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LongestPoll {
    /// What it took. A nested loop in the middle of it does not count: the runtime is served meanwhile.
    pub duration: Duration,
    /// The coroutine's number.
    pub id: Id,
    /// The coroutine's name.
    pub name: Option<String>,
    /// Where the coroutine was spawned.
    pub location: &'static Location<'static>,
}

/// How many polls took how long, in buckets: less than 1 µs, and from there on twice as wide each, up to
/// 8.4 s and above.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Histogram([u64; BUCKETS]);

const BUCKETS: usize = 25;

impl Histogram {
    /// Each bucket's range of durations, and how many polls fell into it.
    ///
    /// ```
    /// use std::time::Duration;
    /// use glib_coro::runtime::Histogram;
    ///
    /// let buckets: Vec<_> = Histogram::default().buckets().collect();
    /// let microseconds = Duration::from_micros;
    /// assert_eq!(buckets[0], (Duration::ZERO..microseconds(1), 0));
    /// assert_eq!(buckets[3], (microseconds(4)..microseconds(8), 0));
    /// assert_eq!(buckets.last().unwrap().0.end, Duration::MAX);
    /// ```
    pub fn buckets(&self) -> impl ExactSizeIterator<Item = (Range<Duration>, u64)> {
        let bound = |bucket| match bucket {
            0 => Duration::ZERO,
            BUCKETS => Duration::MAX,
            _ => Duration::from_micros(1 << (bucket - 1)),
        };
        let counts = self.0.into_iter().enumerate();
        counts.map(move |(bucket, count)| (bound(bucket)..bound(bucket + 1), count))
    }

    /// How many polls there were.
    pub fn count(&self) -> u64 {
        self.0.iter().sum()
    }

    pub(super) fn add(&mut self, duration: Duration) {
        let bits = u128::BITS - duration.as_micros().leading_zeros();
        self.0[(bits as usize).min(BUCKETS - 1)] += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_falls_into_the_bucket_whose_range_holds_it() {
        let micros = [0, 1, 2, 3, 4, 7, 8, 1000, 8_388_607, 8_388_608, u64::MAX];
        let durations = micros.into_iter().map(Duration::from_micros);
        for duration in durations.flat_map(|d| [d, d + Duration::from_nanos(999)]) {
            let mut histogram = Histogram::default();
            histogram.add(duration);
            let filled: Vec<_> = histogram
                .buckets()
                .filter(|(_, count)| *count > 0)
                .collect();
            let [(range, 1)] = &filled[..] else {
                panic!("{filled:?}");
            };
            assert!(range.contains(&duration), "{duration:?} in {range:?}");
            assert_eq!(histogram.count(), 1);
        }
    }
}
