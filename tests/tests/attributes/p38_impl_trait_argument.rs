// P38
#![deny(warnings)]
use std::fmt::Display;

#[glib_coro::coroutine]
async fn free(f: impl Fn(u32) -> u32 + 'static, x: &(impl Display + Clone + 'static)) -> String {
    format!("{}{x}", f(1))
}

struct S;

impl S {
    #[glib_coro::coroutine]
    async fn method(self, f: impl AsyncFn(&str) -> u32 + 'static) -> u32 {
        f("x").await
    }
}

#[glib_coro::main]
pub(crate) async fn main() {
    assert_eq!(free(|n| n + 1, &3).await.unwrap(), "23");
    assert_eq!(S.method(async |x| x.len() as u32).await.unwrap(), 1);
}
