// F30: 5 errors
#[glib_coro::coroutine(detahc, nmae = "x")]
async fn f() {}

#[glib_coro::test(crat = x)]
async fn test() {}

#[glib_coro::test(start_pause = true)]
async fn paused() {}

#[glib_coro::main(names = "x")]
async fn main() {
    f();
}
