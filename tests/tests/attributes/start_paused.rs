//! The option `start_paused` of tests.
#![deny(warnings)]
use std::time::Duration;

use glib_coro::event_loop::Standalone;
use glib_coro::time::{advance, now};
use glib_coro::{JoinHandle, sleep};

const HOUR: Duration = Duration::from_secs(3600);

#[glib_coro::coroutine]
async fn wait(hours: u32) -> u32 {
    sleep(hours * HOUR).await;
    hours
}

async fn hours_pass() {
    let start = now();
    let long: JoinHandle<u32> = wait(3);
    assert_eq!(wait(1).await.unwrap(), 1);
    assert_eq!(now() - start, HOUR);
    assert_eq!(long.await.unwrap(), 3);
    assert_eq!(now() - start, 3 * HOUR);
}

#[glib_coro::test(start_paused = true)]
async fn on_the_default_loop() {
    hours_pass().await;
}

#[glib_coro::test(event_loop = Standalone::new(), start_paused = true, timeout = "30min")]
async fn on_another_loop() {
    hours_pass().await;
}

/// `advance` is for a clock that is paused.
#[glib_coro::test(start_paused = false)]
#[should_panic]
async fn not_at_all() {
    advance(HOUR).await;
}
