// F53: 9 errors
#[glib_coro::coroutine(foo, name = 1)]
async unsafe fn f(x: &mut u8) -> &str {
    "x"
}

#[glib_coro::test(foo, name = 1)]
async fn test() {}

#[glib_coro::main(foo, name = 1)]
async fn main() {
    f(&mut 1).abort();
}
