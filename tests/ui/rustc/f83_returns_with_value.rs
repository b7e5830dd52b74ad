// F83: 1 error
#[glib_coro::coroutine(returns = true)]
async fn f() -> u32 {
    1
}

fn main() {
    let _: bool = f();
}
