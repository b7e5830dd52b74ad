// F48: 4 errors
#[glib_coro::coroutine(name = , priority =)]
async fn f() {}

#[glib_coro::test(name =)]
async fn test() {}

#[glib_coro::main(crate = )]
async fn main() {
    f().abort();
}
