// F34: 4 errors
#[glib_coro::coroutine(detach, name = "a", detach, name = "b")]
async fn f() {}

#[glib_coro::test(name = "a", name = "a")]
async fn test() {}

#[glib_coro::main(crate = glib_coro, crate = "nowhere")]
async fn main() {
    f();
}
