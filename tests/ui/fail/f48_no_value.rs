// F48: 5 errors
#[glib_coro::coroutine(name = , priority =)]
async fn f() {}

#[glib_coro::coroutine(returns true)]
async fn no_equals() {}

#[glib_coro::test(name =)]
async fn test() {}

#[glib_coro::main(crate = )]
async fn main() {
    f().abort();
    assert!(no_equals());
}
