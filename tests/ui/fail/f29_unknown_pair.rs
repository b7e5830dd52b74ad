// F29: 3 errors
#[glib_coro::coroutine(foo = 1)]
async fn f() {}

#[glib_coro::test(foo = bar(1, 2).baz)]
async fn test() {}

#[glib_coro::main(foo = "x",)]
async fn main() {
    f().abort();
}
