// F49: 5 errors
#[glib_coro::coroutine("x", name("x"))]
async fn f() {}

#[glib_coro::test(("x"))]
async fn test() {}

#[glib_coro::main(name { "x" }, 'a')]
async fn main() {
    f().abort();
}
