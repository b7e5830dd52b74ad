// P28
#![deny(warnings)]
use glib_coro::JoinError;

#[glib_coro::coroutine]
async fn answer() -> u32 {
    glib_coro::yield_now().await;
    42
}

#[glib_coro::coroutine]
async fn panics() -> u32 {
    panic!("on purpose");
}

#[glib_coro::coroutine]
async fn endless() {
    loop {
        glib_coro::yield_now().await;
    }
}

#[glib_coro::test]
async fn the_output() {
    let joined: Result<u32, JoinError> = answer().await;
    assert_eq!(joined.unwrap(), 42);
}

#[glib_coro::test]
async fn a_panic() {
    let error = panics().await.unwrap_err();
    assert!(error.is_panic());
    assert!(error.to_string().contains("on purpose"), "{error}");
}

#[glib_coro::test]
async fn an_abort() {
    let handle = endless();
    handle.abort();
    assert!(handle.await.unwrap_err().is_cancelled());
}
