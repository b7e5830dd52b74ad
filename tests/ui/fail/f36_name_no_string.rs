// F36: 3 errors
#[glib_coro::coroutine(name = 123)]
async fn f() {}

#[glib_coro::test(name = b"x")]
async fn test() {}

#[glib_coro::main(name = 'x')]
async fn main() {
    f().abort();
}
