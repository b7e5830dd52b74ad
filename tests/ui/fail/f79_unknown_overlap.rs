// F79: 3 errors
#[glib_coro::coroutine(overlap = "sometimes")]
async fn f() {}

#[glib_coro::coroutine(overlap = drop)]
async fn g() {}

#[glib_coro::coroutine(overlap = "restrat")]
async fn near_miss() {}

fn main() {
    f().abort();
    g().abort();
    near_miss().abort();
}
