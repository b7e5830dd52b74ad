// F37: 2 errors
#[glib_coro::coroutine(name = "")]
async fn f() {}

#[glib_coro::main(name = "")]
async fn main() {
    f().abort();
}
