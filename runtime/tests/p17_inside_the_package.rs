//! P17: the attributes find the runtime in the package of the runtime itself. Its unit tests and doctests are others of its crates;
//! see `private.rs`.
#![forbid(unsafe_code)]

#[glib_coro::coroutine]
async fn answer(question: &str) -> usize {
    glib_coro::yield_now().await;
    question.len()
}

#[glib_coro::main]
async fn program() -> usize {
    answer("Who?").await.unwrap()
}

#[glib_coro::test]
async fn in_an_integration_test() {
    assert_eq!(answer("Who?").await.unwrap(), 4);
}

#[test]
fn as_a_program() {
    assert_eq!(program(), 4);
}
