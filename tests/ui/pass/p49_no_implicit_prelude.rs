// P49
#![no_implicit_prelude]
#![deny(warnings)]

#[derive(::std::clone::Clone)]
pub struct S(u8);

#[::glib_coro::coroutine(priority = "high")]
async fn free(x: &S) -> ::std::result::Result<u8, ::std::string::String> {
    ::std::result::Result::Ok(x.0)
}

#[::glib_coro::coroutine(detach)]
async fn detached(_: u8) {}

#[::glib_coro::coroutine(returns = true)]
async fn returning() {}

impl S {
    #[::glib_coro::coroutine]
    pub async fn method(&self, x: &str) -> usize {
        x.len()
    }
}

#[::glib_coro::test]
async fn test() {}

#[::glib_coro::main]
async fn main() {
    let s = S(1);
    detached(1);
    ::std::assert!(returning());
    ::std::assert!(::std::matches!(
        free(&s).await,
        ::std::result::Result::Ok(::std::result::Result::Ok(1))
    ));
    ::std::assert!(::std::matches!(
        s.method("x").await,
        ::std::result::Result::Ok(1)
    ));
}
