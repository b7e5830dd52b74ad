//! Wakers that do something when they are cloned or dropped, which none made by `Wake` can.

#![allow(
    unsafe_code,
    reason = "the standard library has no safe way to write a waker's clone and drop"
)]

use std::cell::RefCell;
use std::ptr;
use std::task::{RawWaker, RawWakerVTable, Waker};
use std::thread::LocalKey;

type Once = RefCell<Option<Box<dyn FnOnce()>>>;

thread_local! {
    static ON_CLONE: Once = const { RefCell::new(None) };
    static ON_DROP: Once = const { RefCell::new(None) };
}

const VTABLE: RawWakerVTable = RawWakerVTable::new(
    |_| {
        call(&ON_CLONE);
        RawWaker::new(ptr::null(), &VTABLE)
    },
    |_| {},
    |_| {},
    |_| call(&ON_DROP),
);

fn call(once: &'static LocalKey<Once>) {
    if let Some(function) = once.take() {
        function();
    }
}

/// A waker whose next clone on this thread calls `function`. Waking it does nothing.
pub fn on_clone(function: impl FnOnce() + 'static) -> Waker {
    ON_CLONE.set(Some(Box::new(function)));
    waker()
}

/// A waker that calls `function` when it, or a clone of it, is first dropped on this thread. Waking it does
/// nothing.
pub fn on_drop(function: impl FnOnce() + 'static) -> Waker {
    ON_DROP.set(Some(Box::new(function)));
    waker()
}

fn waker() -> Waker {
    // SAFETY: none of the functions looks at the data pointer, so they keep the contract of a `RawWaker`
    // on any thread.
    unsafe { Waker::from_raw(RawWaker::new(ptr::null(), &VTABLE)) }
}
