// F01: 5 errors
#[glib_coro::coroutine]
fn plain() {}

#[glib_coro::coroutine]
fn awaits(name: &str) -> usize {
    glib_coro::yield_now().await;
    name.len()
}

struct S;

impl S {
    #[glib_coro::coroutine]
    fn method(&self) {}
}

#[glib_coro::test]
fn test() {}

// Those who call them have nothing to mend.
#[glib_coro::main]
fn main() {
    plain().abort();
    let _: usize = awaits("x").await.unwrap();
    S.method().await.unwrap();
}
