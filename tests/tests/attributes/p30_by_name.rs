// P30
#![deny(warnings)]
use gio::prelude::*;
use std::cell::Cell;

thread_local! {
    static CALLS: Cell<u32> = const { Cell::new(0) };
}

#[glib_coro::coroutine(detach)]
async fn on_enabled(action: &gio::SimpleAction) {
    glib_coro::yield_now().await;
    assert!(!action.is_enabled());
    CALLS.set(CALLS.get() + 1);
}

#[glib_coro::coroutine(detach)]
async fn on_enabled_weakly(#[weak] action: &gio::SimpleAction) -> Result<(), glib_coro::JoinError> {
    glib_coro::yield_now().await;
    assert!(!action.get().is_enabled());
    CALLS.set(CALLS.get() + 1);
    Ok(())
}

#[glib_coro::test]
async fn test() {
    let action = gio::SimpleAction::new("quit", None);
    action.connect_enabled_notify(on_enabled);
    action.connect_enabled_notify(on_enabled_weakly);
    action.set_enabled(false);
    assert_eq!(CALLS.get(), 0, "bodies run later");
    while CALLS.get() < 2 {
        glib_coro::yield_now().await;
    }
}
