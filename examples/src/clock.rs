//! The clock of a simulation.

use std::time::{Duration, Instant};

use glib_coro::time;

/// Time since the start of a program, which may run faster than the time on the wall.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    start: Instant,
    speed: f64,
}

impl Clock {
    /// The fastest clock there is; a day passes in less than 0.1 s.
    pub const TOP_SPEED: f64 = 1e6;

    /// A clock that starts now and runs `speed` times as fast as the one on the wall.
    ///
    /// # Panics
    ///
    /// Unless the speed is between 1 and [`TOP_SPEED`](Self::TOP_SPEED).
    pub fn start(speed: f64) -> Self {
        assert!(
            (1.0..=Self::TOP_SPEED).contains(&speed),
            "no clock runs at {speed}"
        );
        Self {
            start: time::now(),
            speed,
        }
    }

    /// How long the clock has been running, in its own time.
    pub fn elapsed(&self) -> Duration {
        time::now().duration_since(self.start).mul_f64(self.speed)
    }

    /// Sleeps until the clock shows `elapsed`.
    pub async fn sleep_until(&self, elapsed: Duration) {
        time::sleep_until(self.start + elapsed.div_f64(self.speed)).await;
    }
}
