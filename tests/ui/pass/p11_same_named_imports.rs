// P11
#![deny(unused_qualifications, warnings)]

pub use glib_coro::runtime;
pub use glib_coro::task;

#[glib_coro::coroutine]
async fn f(x: &str) -> task::Priority {
    let _ = x;
    task::Priority::Idle
}

#[glib_coro::main]
async fn main() {
    let _ = f("x").await;
    let _: Option<runtime::Runtime> = None;
}
