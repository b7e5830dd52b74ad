// P37
#![deny(warnings)]
use std::fmt::Debug;

#[glib_coro::coroutine]
async fn free<T: Clone + Debug + 'static, const N: usize, U>(x: &T, y: [U; N]) -> String
where
    U: Debug + 'static,
{
    format!("{x:?}{y:?}")
}

#[glib_coro::coroutine]
async fn only_output<T: Default + 'static>() -> T {
    T::default()
}

struct S<T>(T);

impl<T: Clone + Debug + 'static> S<T> {
    #[glib_coro::coroutine]
    async fn method<U: 'static, const N: usize>(self, x: &T, y: [U; N]) -> String
    where
        U: Debug,
    {
        format!("{:?}{x:?}{y:?}", self.0)
    }

    #[glib_coro::coroutine]
    async fn associated(x: T) -> Result<Self, T> {
        Ok(Self(x))
    }
}

#[glib_coro::main]
pub(crate) async fn main() {
    assert_eq!(free(&1, [2, 3]).await.unwrap(), "1[2, 3]");
    assert_eq!(only_output::<u8>().await.unwrap(), 0);
    assert_eq!(S(1).method(&2, [3]).await.unwrap(), "12[3]");
    let s = S::associated(1).await.unwrap();
    assert_eq!(s.map_or(0, |s| s.0), 1);
}
