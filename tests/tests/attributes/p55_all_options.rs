// P55
#![deny(warnings)]
use glib_coro::task::Priority;

#[glib_coro::coroutine(crate = ::glib_coro, name = "x", detach, priority = "high",)]
async fn f() {}

#[glib_coro::coroutine(priority = Priority::Idle, returns = Some(1) as Option<u8>, name = "y", crate = "glib_coro")]
async fn g() -> Result<(), String> {
    Ok(())
}

#[glib_coro::coroutine(returns = Priority::High)]
async fn h(_: Priority) {}

#[glib_coro::coroutine(returns = Option::<u8>::None)]
async fn i() {}

const N: u8 = 1;

#[glib_coro::coroutine(returns = (N + 1) as u8, priority = if N > 0 { Priority::Idle } else { Priority::High })]
async fn j(n: u8, _result: u8) {
    let _ = n;
}

#[glib_coro::coroutine()]
async fn k() {}

#[glib_coro::test(name = "t", crate = ::glib_coro,)]
async fn test() {}

#[glib_coro::main(name = "m", crate = ::glib_coro,)]
pub(crate) async fn main() {
    f();
    let _: Option<u8> = g();
    assert!(matches!(h(Priority::Idle), Priority::High));
    assert!(i().is_none());
    let _: u8 = j(1, 2);
    k().await.unwrap();
}
