// F56: 2 errors
#[glib_coro::coroutine]
#[coroutine(detach)]
async fn f() {}

#[glib_coro::coroutine]
#[glib_coro::coroutine]
async fn g() {}

fn main() {
    f().abort();
    g().abort();
}
