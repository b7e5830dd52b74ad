//! Sleeping, timeouts, intervals.
//!
//! Deadlines are [`Instant`]s of the monotonic clock. A sleep never ends early, and while the loop is not busy it ends
//! well under a millisecond after its deadline. Timers with equal deadlines fire in the order in which they were created.
//! Where timers repeatedly end within 150 µs of each other, they may end together, up to 150 µs late: to wake the process
//! for each of them would take longer than what most of them do.
//!
//! # The virtual clock
//!
//! With the feature `test-util` the clock of a runtime can be paused: by
//! [`Builder::start_paused`](crate::runtime::Builder), or by `pause()`. It then stands still
//! until nothing else can run, and jumps to the deadline of the next timer. An hour's sleep takes no time,
//! and a program that depends on nothing but timers does the same in every run, even with coroutines of several
//! priorities, [`idle`](crate::idle) and nested loops.
//!
//! ```
//! # #[cfg(feature = "test-util")]
//! # fn main() -> std::io::Result<()> {
//! use std::time::Duration;
//! use glib_coro::{Runtime, sleep, time};
//!
//! let runtime = Runtime::builder().start_paused(true).build()?;
//! runtime.block_on(async {
//!     let start = time::now();
//!     sleep(Duration::from_secs(24 * 3600)).await;
//!     assert_eq!(time::now() - start, Duration::from_secs(24 * 3600));
//! });
//! # Ok(()) }
//! # #[cfg(not(feature = "test-util"))]
//! # fn main() {}
//! ```
//!
//! * **"Nothing else can run"** means: no coroutine is ready, none waits in [`idle`](crate::idle), no other
//!   source of the loop is ready, whatever its priority, and no blocking job of the runtime is under way.
//!   So a jump never overtakes data that have already arrived, nor what one coroutine sends to another
//!   through a socket.
//! * **What comes from outside does not hold the clock back**: other processes, other threads, and timeouts
//!   of the loop itself, such as GLib's, which stay on real time. So a `timeout` around an answer from another
//!   process ends at once.
//! * Each jump goes to one deadline. The next jump comes when everything that the timer caused is
//!   over. Timers with the same deadline fire together, in the order of creation.
//! * [`now`] reads the clock of the current runtime, and durations are counted from it.
//!   `Instant::now()` and the `timeout` option of `#[glib_coro::test]` stay on real time. Each runtime has a clock of
//!   its own, so create a sleep on the runtime that awaits it.
//! * While the clock is paused, the budget of a turn is 61 polls instead of a duration.
//! * A timer that is always set again, such as an [`interval`] in a loop, keeps a paused clock jumping, and the
//!   thread busy.
//! * On GLib, the clock takes one more `GSource`, of the lowest possible priority, from the first jump on.

mod clock;
mod interval;
mod sleep;
mod timeout;

use std::time::{Duration, Instant};

pub use self::clock::now;
#[cfg(feature = "test-util")]
pub use self::clock::{advance, pause, resume};
pub use self::interval::{Interval, MissedTickBehavior, interval, interval_at};
pub use self::sleep::{Sleep, sleep, sleep_until};
pub use self::timeout::{Elapsed, Timeout, timeout, timeout_at};

/// A deadline `duration` from now; one that no clock can show becomes one that no program lives to see.
fn deadline_after(duration: Duration) -> Instant {
    const CENTURY: Duration = Duration::from_secs(100 * 365 * 86_400);
    let now = now();
    now.checked_add(duration)
        .or_else(|| now.checked_add(CENTURY))
        .unwrap_or(now)
}
