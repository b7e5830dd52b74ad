// P55
#![deny(warnings)]
use glib_coro::event_loop::Standalone;
use glib_coro::task::Priority;

#[glib_coro::coroutine(crate = ::glib_coro, name = "x", detach, priority = "high", overlap = "drop",)]
async fn f() {}

#[glib_coro::coroutine(overlap = "queue", priority = Priority::Idle, returns = Some(1) as Option<u8>, name = "y", crate = "glib_coro")]
async fn g() -> Result<(), String> {
    Ok(())
}

#[glib_coro::coroutine(returns = Priority::High, overlap = "latest")]
async fn h(_: Priority) {}

#[glib_coro::coroutine(overlap = "restart", returns = Option::<u8>::None)]
async fn i() {}

const N: u8 = 1;

#[glib_coro::coroutine(overlap = "parallel", returns = (N + 1) as u8, priority = if N > 0 { Priority::Idle } else { Priority::High })]
async fn j(n: u8, _result: u8) {
    let _ = n;
}

#[glib_coro::coroutine()]
async fn k() {}

#[glib_coro::test(name = "t", timeout = "10min", event_loop = Standalone::new(), crate = ::glib_coro,)]
async fn test() {}

#[cfg(feature = "glib")]
#[glib_coro::test(context = "new", crate = ::glib_coro, timeout = "600000ms", name = "t")]
async fn test_in_a_context() {}

#[cfg(feature = "glib")]
#[glib_coro::main(crate = ::glib_coro, context = "new", name = "m")]
async fn main_in_a_context() -> u8 {
    1
}

#[cfg(feature = "glib")]
#[test]
fn in_a_context() {
    assert_eq!(main_in_a_context(), 1);
}

#[glib_coro::main(name = "m", event_loop = Standalone::new(), crate = ::glib_coro,)]
pub(crate) async fn main() {
    f();
    let _: Option<u8> = g();
    assert!(matches!(h(Priority::Idle), Priority::High));
    assert!(i().is_none());
    let _: u8 = j(1, 2);
    k().await.unwrap();
}
