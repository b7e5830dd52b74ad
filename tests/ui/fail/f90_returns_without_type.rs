// F90: 8 errors
#[glib_coro::coroutine(returns = f())]
async fn a() {}

#[glib_coro::coroutine(returns = 5)]
async fn b() {}

#[glib_coro::coroutine(returns = NAME)]
async fn c() {}

#[glib_coro::coroutine(returns = glib::Propagation::Stop.is_stop())]
async fn d() {}

#[glib_coro::coroutine(returns = 1 + 1 as u32)]
async fn sum() {}

#[glib_coro::coroutine(returns = if true { 1 } else { 2 })]
async fn choice() {}

#[glib_coro::coroutine(returns = None)]
async fn none() {}

struct S;

impl S {
    #[glib_coro::coroutine(returns = Ok(1))]
    async fn method(self) {}
}

fn connect(_: impl Fn() -> u32 + 'static) {}

// What they give back is what their callers need.
fn main() {
    connect(a);
    connect(sum);
    connect(choice);
    let _: Option<u8> = none();
    let _: Result<u8, ()> = S.method();
    let _: [u32; 3] = [b(), c(), d()];
}
