// F39: 3 errors
#[glib_coro::coroutine(crate = "456")]
async fn f() {}

#[glib_coro::test(crate = "a b")]
async fn test() {}

#[glib_coro::main(crate = "")]
async fn main() {
    f().abort();
}
