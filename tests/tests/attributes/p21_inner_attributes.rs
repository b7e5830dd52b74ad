// P21
#![deny(unused_variables, unused_mut)]

#[glib_coro::coroutine]
async fn free(x: u8) {
    #![allow(unused_variables)]
    #![deny(clippy::await_holding_lock)]
    let y = 1;
}

struct S;

impl S {
    #[glib_coro::coroutine]
    async fn method(self, x: u8) -> u8 {
        #![allow(unused_variables)]
        #![allow(unused_mut)]
        let mut y = 1;
        2
    }
}

#[glib_coro::test]
async fn test() {
    #![allow(unused_variables)]
    let y = 1;
}

#[glib_coro::main]
pub(crate) async fn main() {
    #![allow(unused_variables)]
    let y = 1;
    free(1).await.unwrap();
    assert_eq!(S.method(1).await.unwrap(), 2);
}
