// P35
#![deny(warnings)]

#[glib_coro::coroutine]
async fn free(
    #[cfg(any())] x: &Nothing,
    #[cfg(not(any()))] x: &u8,
    #[allow(unused_variables)] y: u8,
    #[cfg(any())] (a, b): (Nothing, Nothing),
    #[allow(unused_mut)] mut z: u8,
) -> u8 {
    *x + z
}

#[derive(Clone)]
struct S;

impl S {
    #[glib_coro::coroutine]
    async fn method(
        &self,
        #[cfg(any())] x: &Nothing,
        #[cfg(not(any()))] x: &u8,
        #[allow(unused_variables)] y: u8,
        #[cfg(any())] (a, b): (Nothing, Nothing),
        #[cfg(not(any()))] (c, _): (u8, u8),
    ) -> u8 {
        *x + c
    }
}

#[glib_coro::main]
pub(crate) async fn main() {
    assert_eq!(free(&1, 2, 3).await.unwrap(), 4);
    assert_eq!(S.method(&1, 2, (3, 4)).await.unwrap(), 4);
}
