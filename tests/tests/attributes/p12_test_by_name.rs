// P12
#![deny(warnings)]
use glib_coro::test;

#[test]
async fn by_name() {
    glib_coro::yield_now().await;
}
