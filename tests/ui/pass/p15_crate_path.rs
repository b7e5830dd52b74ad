// P15
#![deny(warnings)]

mod a {
    pub(crate) use glib_coro as b;
}

#[glib_coro::coroutine(crate = a::b)]
async fn bare() {}

#[glib_coro::coroutine(crate = "a::b")]
async fn string() {}

mod inner {
    #[glib_coro::coroutine(crate = crate::a::b)]
    pub(crate) async fn from_crate() {}

    #[glib_coro::coroutine(crate = super::a::b, detach)]
    pub(crate) async fn from_super() {}

    #[glib_coro::coroutine(crate = ::glib_coro)]
    pub(crate) async fn absolute() {}
}

#[glib_coro::test(crate = a::b)]
async fn test() {}

#[glib_coro::main(crate = "a::b")]
async fn main() {
    bare().await.unwrap();
    string().await.unwrap();
    inner::from_crate().await.unwrap();
    inner::from_super();
    inner::absolute().await.unwrap();
}
