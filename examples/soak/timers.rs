//! A thousand timers a second, none of which may end early.

use std::time::Duration;

use futures_util::FutureExt;
use glib_coro::task::{CancellationToken, JoinSet};
use glib_coro::time::{interval, now, sleep_until};

use crate::ledger::TIMERS;

const AT_ONCE: u32 = 10;
const PACE: Duration = Duration::from_millis(10);

pub(crate) async fn run(stop: CancellationToken) {
    let mut sleepers = JoinSet::new();
    let mut pace = interval(PACE);
    while !stop.is_cancelled() {
        pace.tick().await;
        for _ in 0..AT_ONCE {
            sleepers.spawn(sleeper());
        }
        while let Some(Some(ended)) = sleepers.join_next().now_or_never() {
            ended.expect("a sleeper neither fails nor is aborted");
        }
    }
    while let Some(ended) = sleepers.join_next().await {
        ended.expect("a sleeper neither fails nor is aborted");
    }
}

async fn sleeper() {
    let _begun = TIMERS.begin();
    let due = now() + Duration::from_micros(fastrand::u64(..2_000_000));
    sleep_until(due).await;
    assert!(now() >= due, "a timer ended early");
}
