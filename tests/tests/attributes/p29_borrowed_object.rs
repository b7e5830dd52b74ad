// P29
#![deny(warnings)]
use gio::prelude::*;

#[glib_coro::coroutine]
async fn on_activate(action: &gio::SimpleAction, times: u32) -> String {
    let mut text = String::new();
    for _ in 0..times {
        glib_coro::yield_now().await;
        text += &action.name();
    }
    text
}

#[glib_coro::test]
async fn test() {
    let handle = on_activate(&gio::SimpleAction::new("quit", None), 2);
    assert_eq!(handle.await.unwrap(), "quitquit");
}
