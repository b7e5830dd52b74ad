// P54
#![deny(warnings)]
use glib_coro::glib;

#[glib::async_test]
async fn of_glib() {
    glib::timeout_future(std::time::Duration::from_millis(1)).await;
}

#[test]
fn plain() {}

#[glib_coro::test]
async fn ours() {
    glib_coro::yield_now().await;
}
