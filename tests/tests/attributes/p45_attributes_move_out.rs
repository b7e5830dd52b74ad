// P45
#![deny(warnings)]

#[inline]
#[must_use]
#[track_caller]
#[doc(hidden)]
#[expect(unused_variables)]
#[glib_coro::coroutine]
async fn f(x: u8) -> u8 {
    1
}

#[glib_coro::coroutine]
#[cfg_attr(all(), track_caller)]
#[cold]
#[expect(dead_code, reason = "never called")]
async fn never() {}

#[glib_coro::coroutine]
#[deprecated = "use `f`"]
async fn old() {}

struct S;

impl S {
    #[glib_coro::coroutine]
    #[expect(unused_mut)]
    #[must_use]
    async fn method(self, mut x: u8) -> u8 {
        x
    }
}

#[glib_coro::main]
pub(crate) async fn main() {
    assert_eq!(f(1).await.unwrap(), 1);
    assert_eq!(S.method(1).await.unwrap(), 1);
    #[expect(deprecated)]
    old().await.unwrap();
    #[expect(unused_must_use)]
    f(1);
}
