// F26: 5 errors
use std::borrow::Cow;

#[glib_coro::coroutine]
async fn f(x: &str) -> &str {
    x
}

#[glib_coro::coroutine]
async fn g(x: String) -> Cow<'_, str> {
    x.into()
}

#[glib_coro::coroutine]
async fn h() -> Result<Vec<&u8>, ()> {
    Err(())
}

struct S(String);

impl S {
    #[glib_coro::coroutine]
    async fn method(&self) -> &str {
        &self.0
    }

    #[glib_coro::coroutine]
    async fn both(&mut self) -> Result<&'static str, Box<dyn std::error::Error + 'static>> {
        Ok("x")
    }
}

fn main() {
    f("x").abort();
    g("x".into()).abort();
    h().abort();
    S("x".into()).method().abort();
    S("x".into()).both().abort();
}
