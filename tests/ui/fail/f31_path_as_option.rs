// F31: 3 errors
#[glib_coro::coroutine(task::detach)]
async fn f() {}

#[glib_coro::test(a::b = 1)]
async fn test() {}

#[glib_coro::main(::a::b, name = "x")]
async fn main() {
    f().abort();
}
