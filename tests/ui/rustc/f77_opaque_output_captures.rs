// F77: 1 error
use std::fmt::Display;

#[glib_coro::coroutine]
async fn f(x: &str) -> impl Display {
    x.trim()
}

fn main() {
    f("x").abort();
}
