// F20: 2 errors
use std::fmt::Debug;

#[glib_coro::coroutine]
async fn f(x: &dyn Debug, y: &(dyn Debug + Send)) {
    println!("{x:?}{y:?}");
}

fn main() {
    f(&1, &2).abort();
}
