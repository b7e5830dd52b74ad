// P10
#![deny(warnings)]
use std::fmt::Debug;

#[glib_coro::main]
async fn iterator() -> impl Iterator<Item = impl Debug> {
    [1_u8].into_iter()
}

#[glib_coro::main]
async fn result() -> Result<(), impl Debug> {
    Err("x")
}

#[glib_coro::coroutine]
async fn coroutine() -> impl Iterator<Item = impl Debug> {
    [1_u8].into_iter()
}

#[glib_coro::coroutine]
async fn failing() -> Result<(), impl Debug> {
    Err("x")
}

#[derive(Clone)]
struct S(u8);

impl S {
    #[glib_coro::coroutine]
    async fn method(&self) -> Result<impl Iterator<Item = impl Debug + use<>> + use<>, String> {
        let n: u8 = "1".parse().map_err(|_| String::new())?;
        Ok([self.0, n].into_iter())
    }
}

#[glib_coro::main]
pub(crate) async fn main() {
    assert_eq!(iterator_of(coroutine().await.unwrap()), "1 ");
    assert!(failing().await.unwrap().is_err());
    assert_eq!(iterator_of(S(2).method().await.unwrap().unwrap()), "2 1 ");
    if glib_coro::task::try_id().is_none() {
        let _ = (iterator().count(), result());
    }
}

fn iterator_of(iterator: impl Iterator<Item = impl Debug>) -> String {
    iterator.map(|item| format!("{item:?} ")).collect()
}
