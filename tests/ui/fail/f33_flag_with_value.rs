// F33: 1 error
#[glib_coro::coroutine(detach = true)]
async fn f() {}

fn main() {
    let _ = f();
}
