// P14
#![deny(warnings)]
use ::glib_coro as gc;
use std as glib_coro;

#[gc::coroutine(crate = "gc")]
async fn f(x: &str) -> glib_coro::string::String {
    x.to_owned()
}

#[gc::main(crate = "gc")]
async fn main() {
    assert_eq!(f("x").await.unwrap(), "x");
}
