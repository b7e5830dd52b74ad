// P19
#![deny(warnings)]

#[cfg(any())]
#[glib_coro::coroutine]
async fn absent(x: &mut Nothing) {}

#[cfg_attr(all(), glib_coro::coroutine(name = "there"))]
async fn there(x: u8) -> u8 {
    #[cfg(any())]
    let x = nothing(x);
    #[cfg(not(any()))]
    let x = x + 1;
    x
}

#[cfg_attr(any(), glib_coro::coroutine(nonsense))]
async fn plain() {}

#[cfg(any())]
#[glib_coro::test(nonsense)]
async fn test() {}

#[cfg_attr(all(), glib_coro::main)]
pub(crate) async fn main() {
    assert_eq!(there(1).await.unwrap(), 2);
    plain().await;
    #[cfg(any())]
    nothing();
}
