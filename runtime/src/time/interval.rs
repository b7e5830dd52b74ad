//! Ticks.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use futures_core::Stream;

use super::{Sleep, now, sleep_until};

/// Ticks at once and then every `period`.
///
/// ```
/// use std::time::Duration;
///
/// # glib_coro::block_on(async {
/// let mut interval = glib_coro::time::interval(Duration::from_millis(1));
/// let first = interval.tick().await;
/// let second = interval.tick().await;
/// assert_eq!(second - first, interval.period());
/// # });
/// ```
///
/// # Panics
///
/// If the period is zero.
#[track_caller]
pub fn interval(period: Duration) -> Interval {
    interval_at(now(), period)
}

/// Ticks at `start` and then every `period`.
///
/// ```
/// use std::time::Duration;
/// use glib_coro::time::{interval_at, now};
///
/// # glib_coro::block_on(async {
/// let midnight = now() + Duration::from_millis(1);
/// let mut backups = interval_at(midnight, Duration::from_secs(24 * 3600));
/// assert_eq!(backups.tick().await, midnight);
/// # });
/// ```
///
/// # Panics
///
/// If the period is zero.
#[track_caller]
pub fn interval_at(start: Instant, period: Duration) -> Interval {
    assert!(
        !period.is_zero(),
        "the period of an interval must not be zero"
    );
    Interval {
        sleep: sleep_until(start),
        period,
        missed: MissedTickBehavior::default(),
    }
}

/// Ticks regularly; see [`interval`]. Also a [`Stream`] of the moments at which the ticks were due.
#[derive(Debug)]
pub struct Interval {
    sleep: Sleep,
    period: Duration,
    missed: MissedTickBehavior,
}

/// What an [`Interval`] does when a tick comes more than 5 ms late (tokio's figure). After a tick that is less late, the
/// next one is due when it would have been anyway.
///
/// ```
/// # #[cfg(not(feature = "test-util"))] fn main() {}
/// # #[cfg(feature = "test-util")] fn main() -> std::io::Result<()> {
/// use std::time::Duration;
/// use glib_coro::{Runtime, time::{self, MissedTickBehavior::{Burst, Delay, Skip}}};
///
/// let runtime = Runtime::builder().start_paused(true).build()?;
/// let ms = Duration::from_millis;
/// runtime.block_on(async {
///     for (behavior, ticks) in [(Burst, [10, 20, 30]), (Delay, [10, 45, 55]), (Skip, [10, 40, 50])] {
///         let start = time::now();
///         let mut interval = time::interval_at(start + ms(10), ms(10));
///         interval.set_missed_tick_behavior(behavior);
///         time::advance(ms(35)).await; // nobody asks for ticks meanwhile
///         for tick in ticks {
///             assert_eq!(interval.tick().await - start, ms(tick));
///         }
///     }
/// });
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MissedTickBehavior {
    /// Ticks as fast as it can until it has caught up.
    #[default]
    Burst,
    /// Ticks a period after the late tick, and so on from there.
    Delay,
    /// Leaves out what was missed and ticks at the next multiple of the period.
    Skip,
}

impl MissedTickBehavior {
    fn next(self, due: Instant, now: Instant, period: Duration) -> Instant {
        let next = match self {
            Self::Burst => due.checked_add(period),
            Self::Delay => now.checked_add(period),
            Self::Skip => {
                let late = (now - due).as_nanos() % period.as_nanos();
                // A remainder is less than the period, which is a `Duration`.
                let late =
                    Duration::new((late / 1_000_000_000) as u64, (late % 1_000_000_000) as u32);
                (now - late).checked_add(period)
            }
        };
        next.unwrap_or_else(|| super::deadline_after(Duration::MAX))
    }
}

impl Interval {
    /// Waits for the next tick, and returns when it was due.
    ///
    /// ```
    /// use std::time::Duration;
    /// use glib_coro::time::{interval_at, now};
    ///
    /// # glib_coro::block_on(async {
    /// let start = now();
    /// let mut frames = interval_at(start, Duration::from_millis(1));
    /// for n in 0..3 {
    ///     // However late the loop is, no tick is moved or left out.
    ///     assert_eq!(frames.tick().await, start + n * frames.period());
    /// }
    /// # });
    /// ```
    ///
    /// # Cancel safety
    ///
    /// A tick that was not returned is still there for the next call.
    ///
    /// # Panics
    ///
    /// As [`sleep`](super::sleep).
    pub async fn tick(&mut self) -> Instant {
        poll_fn(|cx| self.poll_tick(cx)).await
    }

    /// Polls for the next tick.
    pub fn poll_tick(&mut self, cx: &mut Context<'_>) -> Poll<Instant> {
        ready!(Pin::new(&mut self.sleep).poll(cx));
        let due = self.sleep.deadline();
        let now = now();
        let next = if now.saturating_duration_since(due) > Duration::from_millis(5) {
            self.missed.next(due, now, self.period)
        } else {
            MissedTickBehavior::Burst.next(due, now, self.period)
        };
        self.sleep.reset(next);
        Poll::Ready(due)
    }

    /// The time between ticks.
    pub fn period(&self) -> Duration {
        self.period
    }

    /// Restarts the interval: the next tick is a period from now.
    ///
    /// ```
    /// use std::time::Duration;
    /// use glib_coro::time::{interval, now};
    ///
    /// # glib_coro::block_on(async {
    /// let mut autosave = interval(Duration::from_millis(1));
    /// autosave.tick().await;
    /// let saved = now(); // by hand, so that the next time need not come soon
    /// autosave.reset();
    /// assert!(autosave.tick().await >= saved + autosave.period());
    /// # });
    /// ```
    pub fn reset(&mut self) {
        self.sleep.reset(super::deadline_after(self.period));
    }

    /// What to do when ticks come late.
    pub fn missed_tick_behavior(&self) -> MissedTickBehavior {
        self.missed
    }

    /// Sets what to do when ticks come late.
    ///
    /// ```
    /// use std::time::Duration;
    /// use glib_coro::time::{MissedTickBehavior, interval};
    ///
    /// # glib_coro::block_on(async {
    /// let mut clock = interval(Duration::from_millis(10));
    /// clock.set_missed_tick_behavior(MissedTickBehavior::Skip);
    /// clock.tick().await;
    /// std::thread::sleep(Duration::from_millis(35)); // something blocks the loop
    /// let late = clock.tick().await;
    /// assert!(clock.tick().await > late + clock.period()); // some ticks are left out
    /// # });
    /// ```
    pub fn set_missed_tick_behavior(&mut self, behavior: MissedTickBehavior) {
        self.missed = behavior;
    }
}

impl Stream for Interval {
    type Item = Instant;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Instant>> {
        self.get_mut().poll_tick(cx).map(Some)
    }
}
