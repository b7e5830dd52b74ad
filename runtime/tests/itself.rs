//! The attributes in a crate of this package that is not the library (row P17).
#![forbid(unsafe_code)]

#[glib_coro::coroutine]
async fn answer(question: &str) -> usize {
    glib_coro::yield_now().await;
    question.len()
}

#[glib_coro::test]
async fn in_a_test() {
    assert_eq!(answer("Who?").await.unwrap(), 4);
}
