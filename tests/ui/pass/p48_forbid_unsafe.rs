// P48
#![forbid(unsafe_code)]
#![deny(warnings)]

#[glib_coro::coroutine(priority = "idle", returns = 1 as u8)]
async fn f(x: &str) -> Result<(), String> {
    Err(x.to_owned())
}

#[derive(Clone)]
struct S;

impl S {
    #[glib_coro::coroutine]
    async fn method(&self) {}
}

#[glib_coro::test]
async fn test() {}

#[glib_coro::main]
async fn main() {
    S.method().await.unwrap();
    let _ = f;
}
