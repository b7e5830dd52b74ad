//! The clock that timers follow.

use std::time::Instant;

/// The present moment on the clock that timers follow: the monotonic clock, unless the current runtime's
/// was [paused](crate::time#the-virtual-clock).
pub fn now() -> Instant {
    #[cfg(feature = "test-util")]
    if crate::core::clock::was_paused()
        && let Some(core) = crate::runtime::find_current()
    {
        return core.now();
    }
    Instant::now()
}

#[cfg(feature = "test-util")]
mod virtual_clock {
    use std::future::Future;
    use std::panic::Location;
    use std::time::Duration;

    use crate::runtime;
    use crate::task::yield_now;

    /// Pauses the clock of the current runtime. From then on it jumps to the next timer whenever nothing
    /// else can run; see [the virtual clock](crate::time#the-virtual-clock).
    ///
    /// With [`Builder::start_paused`](crate::runtime::Builder::start_paused) it is paused from the start.
    ///
    /// ```
    /// use std::time::Duration;
    /// use glib_coro::{sleep, time};
    ///
    /// # glib_coro::block_on(async {
    /// time::pause();
    /// let start = time::now();
    /// sleep(Duration::from_secs(3600)).await; // takes no time
    /// assert_eq!(time::now() - start, Duration::from_secs(3600));
    /// # time::resume();
    /// # });
    /// ```
    ///
    /// # Panics
    ///
    /// If the clock is paused already, and on a thread that cannot have a runtime.
    #[track_caller]
    pub fn pause() {
        if let Err(error) = runtime::current().pause() {
            panic!("{error}");
        }
    }

    /// Lets the clock of the current runtime run again, from what it shows. Timers keep their distance:
    /// one that was due in a minute is due after a minute of real time.
    ///
    /// ```
    /// use std::time::{Duration, Instant};
    /// use glib_coro::{sleep, time};
    ///
    /// # glib_coro::block_on(async {
    /// time::pause();
    /// sleep(Duration::from_secs(3600)).await;
    /// time::resume();
    /// let start = Instant::now();
    /// sleep(Duration::from_millis(1)).await;
    /// assert!(start.elapsed() >= Duration::from_millis(1));
    /// # });
    /// ```
    ///
    /// # Panics
    ///
    /// If the clock is not paused, and on a thread that cannot have a runtime.
    #[track_caller]
    pub fn resume() {
        if let Err(error) = runtime::current().resume() {
            panic!("{error}");
        }
    }

    /// Moves the paused clock of the current runtime forward in one step, and lets others run.
    ///
    /// The timers that are due at the new moment fire at once, in the order of their deadlines, and all of
    /// them see the new moment. When this returns, the coroutines that waited for these timers have been polled once, if their
    /// priority is at least that of the caller. If such a coroutine then sets a timer for a moment that is also past, that
    /// timer fires when nothing is ready, or after 61 polls at the latest. To let the time pass from timer to timer instead, and
    /// to have everything done that follows from each of them, use [`sleep`](crate::time::sleep).
    ///
    /// ```
    /// use std::time::Duration;
    /// use glib_coro::{sleep, spawn, time};
    ///
    /// # glib_coro::block_on(async {
    /// time::pause();
    /// let task = spawn(sleep(Duration::from_secs(60)));
    /// glib_coro::yield_now().await; // it starts to wait
    /// time::advance(Duration::from_secs(59)).await;
    /// assert!(!task.is_finished());
    /// time::advance(Duration::from_secs(1)).await;
    /// assert!(task.is_finished());
    /// # time::resume();
    /// # });
    /// ```
    ///
    /// # Cancel safety
    ///
    /// The clock moves when the future is first polled. To drop the future after that does not undo it.
    ///
    /// # Panics
    ///
    /// When first polled: if the clock is not paused, if it cannot show so late a moment, and on a thread
    /// that can have no runtime.
    #[track_caller]
    pub fn advance(duration: Duration) -> impl Future<Output = ()> {
        let caller = Location::caller();
        async move {
            let advanced = runtime::current().advance(duration);
            if let Err(error) = advanced {
                panic!("time::advance, called at {caller}: {error}");
            }
            yield_now().await;
        }
    }
}

#[cfg(feature = "test-util")]
pub use self::virtual_clock::{advance, pause, resume};
