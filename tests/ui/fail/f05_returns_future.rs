// F05: 1 error
use std::future::Future;

#[glib_coro::coroutine]
fn f() -> impl Future<Output = u8> {
    async { 1 }
}

fn main() {
    let _ = f();
}
