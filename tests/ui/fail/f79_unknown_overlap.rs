// F79: 2 errors
#[glib_coro::coroutine(overlap = "sometimes")]
async fn f() {}

#[glib_coro::coroutine(overlap = drop)]
async fn g() {}

fn main() {
    f().abort();
    g().abort();
}
