//! A waker that does something when it is cloned, which none made by `Wake` can.

#![allow(
    unsafe_code,
    reason = "the standard library has no safe way to write a waker's clone"
)]

use std::cell::RefCell;
use std::ptr;
use std::task::{RawWaker, RawWakerVTable, Waker};

thread_local! {
    static ON_CLONE: RefCell<Option<Box<dyn FnOnce()>>> = const { RefCell::new(None) };
}

const VTABLE: RawWakerVTable = RawWakerVTable::new(clone, |_| {}, |_| {}, |_| {});

fn clone(_: *const ()) -> RawWaker {
    if let Some(function) = ON_CLONE.take() {
        function();
    }
    RawWaker::new(ptr::null(), &VTABLE)
}

/// A waker whose next clone on this thread calls `function`. Waking it does nothing.
pub fn on_clone(function: impl FnOnce() + 'static) -> Waker {
    ON_CLONE.set(Some(Box::new(function)));
    // SAFETY: none of the functions looks at the data pointer, so they keep the contract of a `RawWaker`
    // on any thread.
    unsafe { Waker::from_raw(RawWaker::new(ptr::null(), &VTABLE)) }
}
