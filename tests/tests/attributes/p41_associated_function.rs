// P41
#![deny(warnings)]

struct S(u8);

impl S {
    #[glib_coro::coroutine]
    async fn new(x: &str) -> Self {
        Self(x.len() as u8)
    }

    #[glib_coro::coroutine]
    async fn body_only(x: u8) -> u8 {
        Self::one() + x
    }

    #[glib_coro::coroutine]
    async fn no_mention(x: u8) -> u8 {
        x
    }

    fn one() -> u8 {
        1
    }
}

#[glib_coro::main]
pub(crate) async fn main() {
    assert_eq!(S::new("xy").await.unwrap().0, 2);
    assert_eq!(S::body_only(1).await.unwrap(), 2);
    assert_eq!(S::no_mention(1).await.unwrap(), 1);
}
