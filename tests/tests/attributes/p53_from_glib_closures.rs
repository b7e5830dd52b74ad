// P53
#![deny(warnings)]
use std::cell::Cell;
use std::rc::Rc;

use glib::prelude::*;

#[glib_coro::coroutine]
async fn count(object: &glib::Object, seen: &Rc<Cell<u32>>) {
    glib_coro::yield_now().await;
    assert!(object.is::<glib::Object>());
    seen.set(seen.get() + 1);
}

#[glib_coro::main]
pub(crate) async fn main() {
    let (x, seen) = (glib::Object::new::<glib::Object>(), Rc::new(Cell::new(0)));

    let handler = glib::clone!(
        #[weak]
        x,
        #[strong]
        seen,
        move |_: u8| {
            count(&x, &seen);
        }
    );
    handler(1);
    let closure = glib::closure_local!(
        #[watch]
        x,
        #[strong]
        seen,
        move |_: u8| {
            count(x, &seen);
        }
    );
    closure.invoke::<()>(&[&1_u8]);

    // The coroutines keep the object, the closures do not.
    let weak = x.downgrade();
    drop(x);
    assert!(weak.upgrade().is_some());
    while seen.get() < 2 {
        glib_coro::yield_now().await;
    }
    glib_coro::yield_now().await;
    assert!(weak.upgrade().is_none());
    handler(2);
}
