// F90: 4 errors
#[glib_coro::coroutine(returns = f())]
async fn a() {}

#[glib_coro::coroutine(returns = 5)]
async fn b() {}

#[glib_coro::coroutine(returns = NAME)]
async fn c() {}

#[glib_coro::coroutine(returns = glib::Propagation::Stop.is_stop())]
async fn d() {}

fn main() {
    for handle in [a(), b(), c(), d()] {
        handle.abort();
    }
}
