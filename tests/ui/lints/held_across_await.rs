//! The classic mistake of handlers, in every place that an attribute can have.
#![warn(
    clippy::await_holding_refcell_ref,
    clippy::await_holding_lock,
    clippy::trivially_copy_pass_by_ref
)]

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Mutex;

use glib_coro::yield_now;

/// The function as a whole, which the expansion holds twice.
#[glib_coro::coroutine]
#[rustfmt::skip]
async fn many(a: u8, b: u8, c: u8, d: u8, e: u8, f: u8, g: u8, h: u8) -> u8 { //~ this function has too many arguments
    yield_now().await;
    a & b & c & d & e & f & g & h
}

/// Arguments, which the expansion holds twice.
#[derive(Clone, Copy)]
struct Small(u8);

impl Small {
    #[glib_coro::coroutine]
    async fn method(&self) -> u8 { //~ this argument (1 byte) is passed by reference
        self.0
    }

    #[glib_coro::coroutine]
    async fn with_argument(self, n: &u8) -> u8 { //~ this argument (1 byte) is passed by reference
        self.0 & n
    }
}

#[glib_coro::coroutine]
async fn small(n: &u8) -> u8 { //~ this argument (1 byte) is passed by reference
    *n
}

#[glib_coro::coroutine(detach)]
async fn handler(state: Rc<RefCell<u8>>) {
    let mut state = state.borrow_mut(); //~ this `RefCell` reference is held across an await point
    yield_now().await;
    *state += 1;
}

#[glib_coro::coroutine]
async fn locks(state: &'static Mutex<u8>) -> u8 {
    let state = state.lock().unwrap(); //~ this `MutexGuard` is held across an await point
    yield_now().await;
    *state
}

#[glib_coro::coroutine]
async fn ends_in_time(state: Rc<RefCell<u8>>) {
    *state.borrow_mut() += 1;
    yield_now().await;
}

#[derive(Clone, Default)]
struct Object {
    state: Rc<RefCell<u8>>,
}

impl Object {
    #[glib_coro::coroutine(overlap = "restart")]
    async fn method(&self) {
        let state = self.state.borrow(); //~ this `RefCell` reference is held across an await point
        yield_now().await;
        drop(state);
    }
}

static STATE: Mutex<u8> = Mutex::new(1);

#[glib_coro::test]
async fn a_test() {
    let object = Object::default();
    let state = object.state.borrow_mut(); //~ this `RefCell` reference is held across an await point
    yield_now().await;
    drop(state);
}

#[glib_coro::main]
async fn main() {
    let object = Object::default();
    let state = object.state.borrow(); //~ this `RefCell` reference is held across an await point
    yield_now().await;
    drop(state);
    handler(object.state.clone());
    ends_in_time(object.state.clone()).await.unwrap();
    locks(&STATE).await.unwrap();
    object.method().await.unwrap();
    many(1, 1, 1, 1, 1, 1, 1, 1).await.unwrap();
    Small(1).method().await.unwrap();
    Small(1).with_argument(&1).await.unwrap();
    small(&1).await.unwrap();
}
