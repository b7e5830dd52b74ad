//! Sleeping.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use super::{deadline_after, now};
use crate::core::Core;
use crate::core::current::is_innermost_or_none;
use crate::core::timer_heap::TimerKey;
use crate::runtime;

/// Waits for a duration.
///
/// It lets other coroutines run at least once, even if the duration is zero. A duration that reaches
/// beyond what the clock can show waits for a century.
///
/// ```
/// use std::time::{Duration, Instant};
///
/// # glib_coro::block_on(async {
/// let start = Instant::now();
/// glib_coro::sleep(Duration::from_micros(1_500)).await;
/// assert!(start.elapsed() >= Duration::from_micros(1_500));
/// # });
/// ```
///
/// # Cancel safety
///
/// Dropping the future removes the timer.
///
/// # Panics
///
/// When first polled on a thread that cannot have a runtime.
pub fn sleep(duration: Duration) -> Sleep {
    sleep_until(deadline_after(duration))
}

/// Waits until a deadline. Like [`sleep`] otherwise.
///
/// ```
/// use std::time::Duration;
/// use glib_coro::time::{now, sleep, sleep_until};
///
/// # glib_coro::block_on(async {
/// let deadline = now() + Duration::from_millis(2);
/// sleep(Duration::from_millis(1)).await; // work that takes a part of the time
/// sleep_until(deadline).await; // the rest of it
/// assert!(now() >= deadline);
/// # });
/// ```
pub fn sleep_until(deadline: Instant) -> Sleep {
    Sleep {
        deadline,
        order: next_order(),
        state: State::New,
    }
}

/// The future of [`sleep`] and [`sleep_until`].
///
/// It belongs to no runtime until it is polled, and moves to the runtime of whoever polls it.
#[must_use = "futures do nothing unless you `.await` them"]
pub struct Sleep {
    deadline: Instant,
    /// Decides among equal deadlines, and is part of the timer's key.
    order: u64,
    state: State,
}

enum State {
    New,
    Waiting { core: Arc<Core>, slot: u32 },
    Elapsed,
}

fn next_order() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

impl Sleep {
    /// When it ends.
    ///
    /// ```
    /// use std::time::Duration;
    /// use glib_coro::time::{now, sleep};
    ///
    /// let limit = sleep(Duration::from_secs(60));
    /// let left = limit.deadline().saturating_duration_since(now());
    /// assert!(left <= Duration::from_secs(60));
    /// ```
    pub fn deadline(&self) -> Instant {
        self.deadline
    }

    /// Whether the deadline has passed.
    ///
    /// ```
    /// use std::time::Duration;
    /// use glib_coro::time::{now, sleep};
    ///
    /// let mut limit = sleep(Duration::from_secs(3600));
    /// assert!(!limit.is_elapsed());
    /// limit.reset(now());
    /// assert!(limit.is_elapsed()); // without an `.await`
    /// ```
    pub fn is_elapsed(&self) -> bool {
        match &self.state {
            State::New => now() >= self.deadline,
            State::Waiting { core, .. } => core.now() >= self.deadline,
            State::Elapsed => true,
        }
    }

    /// Changes the deadline, even after it has passed. Whoever was waiting is woken at the new deadline; if
    /// the future was ready already, it has to be polled again.
    ///
    /// ```
    /// # use std::time::{Duration, Instant};
    /// # glib_coro::block_on(async {
    /// let mut sleep = glib_coro::sleep(Duration::from_secs(3600));
    /// sleep.reset(Instant::now() + Duration::from_millis(1));
    /// sleep.await;
    /// # });
    /// ```
    pub fn reset(&mut self, deadline: Instant) {
        let old = self.order;
        self.deadline = deadline;
        self.order = next_order();
        match std::mem::replace(&mut self.state, State::New) {
            State::Waiting { core, slot } => {
                let key = TimerKey { slot, order: old };
                if let Some(key) = core.timers.reset(&core.reactor, key, deadline, self.order) {
                    let slot = key.slot;
                    self.state = State::Waiting { core, slot };
                }
            }
            State::New | State::Elapsed => {}
        }
    }

    fn cancel(&mut self) {
        let order = self.order;
        if let State::Waiting { core, slot } = std::mem::replace(&mut self.state, State::New) {
            core.timers.remove(TimerKey { slot, order });
        }
    }
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if let State::Elapsed = self.state {
            return Poll::Ready(());
        }
        let order = self.order;
        if let State::Waiting { core, slot } = &self.state {
            let key = TimerKey { slot: *slot, order };
            let at_home = is_innermost_or_none(core);
            if at_home && core.timers.update(key, cx.waker()) {
                return Poll::Pending;
            }
            // Away from home, or its runtime has ended: the time may not be up.
            if at_home && !core.is_closed() || now() >= self.deadline {
                self.cancel();
                self.state = State::Elapsed;
                return Poll::Ready(());
            }
            self.cancel();
            self.order = next_order();
        }
        let core = runtime::current();
        let key = core
            .timers
            .insert(&core.reactor, self.deadline, self.order, cx.waker().clone());
        let slot = key.slot;
        self.state = State::Waiting { core, slot };
        Poll::Pending
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        self.cancel();
    }
}

impl fmt::Debug for Sleep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sleep")
            .field("deadline", &self.deadline)
            .field("is_elapsed", &self.is_elapsed())
            .finish_non_exhaustive()
    }
}
