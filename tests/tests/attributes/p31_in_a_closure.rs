// P31
#![deny(warnings)]
use gio::prelude::*;
use std::cell::RefCell;
use std::rc::Rc;

#[glib_coro::coroutine]
async fn on_enabled(action: &gio::SimpleAction, log: &Rc<RefCell<String>>) {
    log.borrow_mut().push_str(&action.name());
}

#[glib_coro::test]
async fn test() {
    let log = Rc::<RefCell<String>>::default();
    let action = gio::SimpleAction::new("quit", None);
    let noted = log.clone();
    action.connect_enabled_notify(move |action| {
        on_enabled(action, &noted);
    });
    action.set_enabled(false);
    while log.borrow().is_empty() {
        glib_coro::yield_now().await;
    }
    assert_eq!(*log.borrow(), "quit");
}
