//! A sequence of waits.

use std::time::{Duration, Instant};

use glib_coro::time;

/// Waits one after the other that do not add up their delays: each begins when the one before should
/// have ended. Only what is late by more than a whole wait stays late.
#[derive(Debug)]
pub struct Pace(Instant);

impl Pace {
    /// The first wait begins now.
    pub fn start() -> Self {
        Self(time::now())
    }

    /// Waits. Others get their turn even if the duration is zero.
    pub async fn wait(&mut self, duration: Duration) {
        match self.0.checked_add(duration) {
            Some(end) => {
                self.0 = end.max(time::now());
                time::sleep_until(end).await;
            }
            None => time::sleep(duration).await, // longer than the clock reaches
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_do_not_add_up() {
        glib_coro::block_on(async {
            let mut pace = Pace::start();
            let first = pace.0;
            pace.wait(Duration::from_millis(50)).await;
            // Woken after the moment, at which the next wait begins all the same.
            let late = time::now() - first > Duration::from_millis(100);
            pace.wait(Duration::from_millis(50)).await;
            assert!(late || pace.0 == first + Duration::from_millis(100));
            assert!(time::now() >= first + Duration::from_millis(100));
        });
    }

    #[test]
    fn what_is_late_stays_late() {
        glib_coro::block_on(async {
            let mut pace = Pace::start();
            let first = pace.0;
            std::thread::sleep(Duration::from_millis(5));
            pace.wait(Duration::from_millis(1)).await;
            assert!(pace.0 >= first + Duration::from_millis(5));
        });
    }
}
