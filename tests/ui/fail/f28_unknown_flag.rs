// F28: 3 errors
#[glib_coro::coroutine(foo)]
async fn f() -> u8 {
    1
}

#[glib_coro::test(foo)]
async fn test() {}

#[glib_coro::main(foo)]
async fn main() {
    f().abort();
}
