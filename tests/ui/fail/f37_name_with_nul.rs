// F37: 3 errors
#[glib_coro::coroutine(name = "a\0b")]
async fn f() {}

#[glib_coro::test(name = "\0")]
async fn test() {}

#[glib_coro::main(name = "a\u{0}")]
async fn main() {
    f().abort();
}
