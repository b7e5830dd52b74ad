//! Sleeping, timeouts, intervals.
//!
//! Deadlines are [`Instant`]s of the monotonic clock. A sleep never ends early and is exact to well under
//! a millisecond; timers with equal deadlines fire in the order in which they were created. Where several end within 150 µs
//! of each other, time and again, they may end up to 150 µs late, together: being woken takes longer than what most of them do then.
//!
//! # The virtual clock
//!
//! With the feature `test-util` the clock of a runtime can be paused: by
//! [`Builder::start_paused`](crate::runtime::Builder), or by `pause()`. It then shows the same moment
//! until nothing else can run, and jumps to the deadline of the next timer. An hour's sleep takes no time,
//! and a program that depends on nothing but timers does the same in every run, with coroutines of several
//! priorities, [`idle`](crate::idle) and nested loops, too.
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
//!   So a jump never overtakes data that are there already, nor what one coroutine sends to another
//!   through a socket.
//! * **What comes from outside does not hold the clock back**: other processes, other threads, and timeouts
//!   of the loop itself. GLib's stay on real time. A `timeout` around an answer from another
//!   process is over at once.
//! * Each jump goes to one deadline; the next one waits until everything that the timer brought about is
//!   over. Timers with the same deadline fire together, in the order of creation.
//! * [`now`] shows the clock of the current runtime, and so do durations that are counted from now.
//!   `Instant::now()` shows real time, as does the `timeout` option of `#[glib_coro::test]`. Each runtime has a clock of its own: make a sleep where it is awaited.
//! * While the clock is paused, the budget of a turn is 61 polls instead of a duration.
//! * A timer that is always there, such as an [`interval`] in a loop, keeps a paused clock jumping, and the
//!   thread busy.
//! * On GLib, the clock takes one more `GSource`, with the least priority there is, from the first jump on.

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
