// F59: 4 errors
#[glib_coro::coroutine]
#[unsafe(no_mangle)]
async fn a() {}

#[glib_coro::coroutine]
#[no_mangle]
async fn b() {}

#[glib_coro::coroutine]
#[unsafe(export_name = "x")]
async fn c() {}

#[glib_coro::coroutine]
#[export_name = "x"]
async fn d() {}

fn main() {
    for handle in [a(), b(), c(), d()] {
        handle.abort();
    }
}
