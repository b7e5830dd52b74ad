//! P23: a program that takes every lint seriously.
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

use std::error::Error;

use strict::{Object, add};

#[glib_coro::main(name = "program")]
async fn main() -> Result<(), Box<dyn Error>> {
    let object = Object::make(add(1, 2).await?).await?;
    object.touch();
    object.get(3).await?;
    Ok(())
}
