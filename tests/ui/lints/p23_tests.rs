//! P23: tests that take every lint seriously.
#![forbid(unsafe_code)]
#![deny(
    warnings,
    missing_docs,
    rust_2018_idioms,
    unreachable_pub,
    unused_qualifications
)]
#![deny(
    clippy::all,
    clippy::pedantic,
    clippy::allow_attributes,
    clippy::allow_attributes_without_reason,
    clippy::await_holding_lock,
    clippy::await_holding_refcell_ref,
    clippy::diverging_sub_expression,
    clippy::expect_used,
    clippy::future_not_send,
    clippy::let_unit_value,
    clippy::missing_panics_doc,
    clippy::needless_return,
    clippy::semicolon_if_nothing_returned,
    clippy::unused_async,
    clippy::unwrap_in_result,
    clippy::unwrap_used
)]

use strict::{add, nothing};

#[glib_coro::test(timeout = "10min")]
async fn adds() {
    assert_eq!(add(1, 2).await.ok(), Some(3));
}

#[glib_coro::test]
async fn can_fail() -> Result<(), glib_coro::JoinError> {
    nothing().await?;
    Ok(())
}

#[glib_coro::main]
async fn not_the_program() -> u8 {
    glib_coro::yield_now().await;
    1
}

#[test]
fn plain() {
    assert_eq!(not_the_program(), 1);
}
