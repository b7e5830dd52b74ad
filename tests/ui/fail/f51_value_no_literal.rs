// F51: 3 errors
#[glib_coro::coroutine(name = f())]
async fn f() {}

#[glib_coro::test(name = NAME)]
async fn test() {}

#[glib_coro::main(name = concat!("a", "b"))]
async fn main() {
    f().abort();
}
