// P24
#![deny(warnings)]

#[glib_coro::test]
#[should_panic]
async fn panics() {
    glib_coro::yield_now().await;
    panic!("on purpose");
}

#[should_panic(expected = "on purpose")]
#[glib_coro::test]
async fn panics_as_expected() {
    glib_coro::yield_now().await;
    panic!("on purpose");
}

#[ignore = "must not run"]
#[glib_coro::test]
async fn ignored_above() {
    std::process::abort();
}

#[glib_coro::test]
#[ignore]
#[should_panic]
async fn ignored_below() {
    std::process::abort();
}
