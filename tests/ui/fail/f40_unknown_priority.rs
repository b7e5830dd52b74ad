// F40: 2 errors
#[glib_coro::coroutine(priority = "loud")]
async fn f() {}

#[glib_coro::coroutine(priority = "hihg")]
async fn near_miss() {}

fn main() {
    f().abort();
    near_miss().abort();
}
