// F57: 4 errors
#[glib_coro::test]
#[glib_coro::coroutine]
async fn test() {}

#[glib_coro::coroutine]
#[glib_coro::test]
async fn f() {}

#[glib_coro::coroutine(crate = ::glib_coro)]
#[::glib_coro::main]
async fn g() {}

#[glib_coro::main]
#[glib_coro::coroutine]
async fn main() {
    f().abort();
    g().abort();
}
