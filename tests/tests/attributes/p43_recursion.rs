// P43
#![deny(warnings)]

#[glib_coro::coroutine]
async fn factorial(n: u32) -> u32 {
    if n == 0 {
        return 1;
    }
    n * factorial(n - 1).await.unwrap()
}

#[glib_coro::coroutine]
async fn even(n: u32) -> bool {
    n == 0 || odd(n - 1).await.unwrap()
}

#[glib_coro::coroutine]
async fn odd(n: u32) -> bool {
    n != 0 && even(n - 1).await.unwrap()
}

#[derive(Clone)]
struct S;

impl S {
    #[glib_coro::coroutine]
    async fn down(&self, n: u32) -> u32 {
        match n {
            0 => 0,
            n => 1 + self.down(n - 1).await.unwrap(),
        }
    }
}

#[glib_coro::main]
pub(crate) async fn main() {
    assert_eq!(factorial(5).await.unwrap(), 120);
    assert!(even(10).await.unwrap());
    assert_eq!(S.down(3).await.unwrap(), 3);
}
