// F50: 3 errors
#[glib_coro::coroutine(detach name = "x")]
async fn f() {}

#[glib_coro::test(name = "x" crate = glib_coro)]
async fn test() {}

#[glib_coro::main(name = "x"; crate = glib_coro)]
async fn main() {
    f();
}
