//! Three overlapping rocket launches.

use std::time::Duration;

use crate::clock::Clock;
use crate::log::Log;

/// How long the simulation lasts.
const END: Duration = Duration::from_secs(25);
/// The time from one rocket to the next, and the length of a countdown.
const APART: Duration = Duration::from_secs(3);
const STAGE: Duration = Duration::from_secs(5);
const SECOND: Duration = Duration::from_secs(1);

/// Launches three rockets, one every three seconds, and ends when the clock shows 25 seconds.
pub async fn simulate(clock: Clock, log: Log) {
    report(clock, log, "simulation starts");
    let mut rockets = Vec::new();
    for (name, start) in ["alpha", "beta", "gamma"].into_iter().zip(0..) {
        clock.sleep_until(APART * start).await;
        rockets.push(launch(name, clock, log));
    }
    // Until a fixed moment, not for a while: the delays on the way do not add up.
    clock.sleep_until(END).await;
    for rocket in rockets {
        rocket.await.expect("a rocket does not panic");
    }
    report(clock, log, "simulation stops");
}

/// One rocket, from the countdown to the orbit.
#[glib_coro::coroutine]
async fn launch(name: &str, clock: Clock, log: Log) {
    let mut moment = clock.elapsed();
    for seconds in (1..=5).rev() {
        report(
            clock,
            log,
            format_args!("{name} countdown T minus {seconds} seconds"),
        );
        moment += SECOND;
        clock.sleep_until(moment).await;
    }
    for event in ["liftoff!", "booster separation"] {
        report(clock, log, format_args!("{name} {event}"));
        moment += STAGE;
        clock.sleep_until(moment).await;
    }
    report(clock, log, format_args!("{name} orbit achieved."));
}

fn report(clock: Clock, log: Log, event: impl std::fmt::Display) {
    log.line(format_args!(
        "{:05.1}: {event}",
        clock.elapsed().as_secs_f64()
    ));
}
