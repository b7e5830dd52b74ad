// P22
#![deny(warnings)]

#[rustfmt::skip]
#[glib_coro::coroutine]
async fn free(x: u8) -> u8 { x }

#[derive(Clone)]
struct S(u8);

impl S {
    #[rustfmt::skip]
    #[glib_coro::coroutine]
    async fn method(&self) -> u8 { self.0 }

    #[rustfmt::skip]
    #[glib_coro::coroutine]
    async fn empty(&self) { }
}

#[rustfmt::skip]
#[glib_coro::test]
async fn test() { }

#[rustfmt::skip]
#[glib_coro::main]
pub(crate) async fn main() { free(1).await.unwrap(); S(1).method().await.unwrap(); S(1).empty().await.unwrap(); }
