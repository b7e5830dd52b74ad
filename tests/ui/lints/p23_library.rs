//! P23: coroutines of a library that takes every lint seriously.
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

use glib_coro::{JoinHandle, yield_now};

/// A free function.
#[glib_coro::coroutine]
pub async fn add(a: u8, b: u8) -> u8 {
    yield_now().await;
    a.wrapping_add(b)
}

/// Nothing to give back.
#[glib_coro::coroutine]
pub async fn nothing() {
    yield_now().await;
}

/// A borrowed argument and an error.
#[glib_coro::coroutine]
pub async fn parse(text: &str) -> Result<u8, std::num::ParseIntError> {
    yield_now().await;
    let number = text.parse::<u8>()?;
    Ok(number)
}

/// A handler.
#[glib_coro::coroutine(detach, overlap = "latest")]
pub async fn handle(text: &str) -> Result<(), std::num::ParseIntError> {
    parse_here(text).await?;
    Ok(())
}

/// A handler of a signal that wants an answer.
#[glib_coro::coroutine(returns = true, priority = "high", overlap = "drop")]
pub async fn answer(_text: &str) {
    yield_now().await;
}

/// Never ends.
#[glib_coro::coroutine]
pub async fn serve() -> ! {
    loop {
        yield_now().await;
    }
}

/// Ends early.
#[glib_coro::coroutine]
pub async fn early(stop: bool) -> u8 {
    if stop {
        return 1;
    }
    yield_now().await;
    2
}

/// Any type.
#[glib_coro::coroutine(overlap = "queue")]
pub async fn generic<T>(value: T) -> T
where
    T: Send + 'static,
{
    yield_now().await;
    value
}

async fn parse_here(text: &str) -> Result<u8, std::num::ParseIntError> {
    yield_now().await;
    text.parse::<u8>()
}

/// Something with methods.
#[derive(Clone, Debug, Default)]
pub struct Object {
    state: u8,
}

impl Object {
    /// Borrows the object.
    #[glib_coro::coroutine(overlap = "restart")]
    pub async fn get(&self, plus: u8) -> u8 {
        yield_now().await;
        self.state.wrapping_add(plus)
    }

    /// Takes the object.
    #[glib_coro::coroutine]
    pub async fn take(self) -> Self {
        yield_now().await;
        self
    }

    /// Nothing to give back.
    #[glib_coro::coroutine(detach)]
    pub async fn touch(&self) {
        yield_now().await;
        let _ = self.state;
    }

    /// Has no receiver.
    #[glib_coro::coroutine(name = "make")]
    pub async fn make(state: u8) -> Self {
        yield_now().await;
        Self { state }
    }
}

/// Something that can be done.
pub trait Doing {
    /// Does it.
    fn act(&self) -> JoinHandle<u8>;
}

impl Doing for Object {
    #[glib_coro::coroutine]
    async fn act(&self) -> u8 {
        yield_now().await;
        self.state
    }
}
