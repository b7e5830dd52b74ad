// F77: 1 error
use std::fmt::Display;

#[glib_coro::coroutine]
async fn f(x: &str) -> impl Display {
    x.to_owned()
}

fn main() {
    f("x").abort();
}
