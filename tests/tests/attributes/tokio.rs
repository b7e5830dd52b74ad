//! The option `tokio`: what is written for tokio works in coroutines, and not after the body.
#![deny(warnings)]
use std::time::Duration;

use ::tokio::runtime::Handle;
use glib_coro::event_loop::Standalone;

const MOMENT: Duration = Duration::from_millis(1);

#[glib_coro::coroutine]
async fn theirs() -> u32 {
    ::tokio::time::sleep(MOMENT).await;
    ::tokio::spawn(async { 42 }).await.unwrap()
}

#[glib_coro::test(tokio)]
async fn in_every_coroutine() {
    ::tokio::time::sleep(MOMENT).await;
    assert_eq!(theirs().await.unwrap(), 42);
}

#[glib_coro::test(timeout = "30min", tokio, event_loop = Standalone::new())]
async fn beside_other_options() {
    assert_eq!(theirs().await.unwrap(), 42);
}

#[glib_coro::main(tokio, event_loop = Standalone::new())]
async fn program() -> u32 {
    theirs().await.unwrap()
}

#[test]
fn for_as_long_as_the_body_runs() {
    assert!(Handle::try_current().is_err());
    assert_eq!(program(), 42);
    assert!(Handle::try_current().is_err());
}

#[glib_coro::test]
async fn not_unasked() {
    assert!(Handle::try_current().is_err());
}
