// P47
#![deny(warnings)]

#[glib_coro::main]
pub(crate) async fn main() {
    const ONE: u8 = 1;

    #[glib_coro::coroutine]
    async fn local(x: &str) -> u8 {
        #[glib_coro::coroutine]
        async fn inner() -> u8 {
            ONE
        }
        x.len() as u8 + inner().await.unwrap()
    }

    assert_eq!(local("x").await.unwrap(), 2);
}
