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

struct Generic<T>(T);

impl<T: Default + ToOwned<Owned = T> + 'static> Generic<T> {
    #[glib_coro::coroutine]
    async fn in_the_signature(x: &T) -> Vec<T> {
        vec![x.to_owned()]
    }

    #[glib_coro::coroutine(detach)]
    async fn in_the_body() {
        drop(T::default());
    }
}

struct Worded<Item, const N1: usize>(Item);

impl<Item: Copy + 'static, const N1: usize> Worded<Item, N1> {
    #[glib_coro::coroutine]
    async fn number(x: u8) -> [u8; N1] {
        [x; N1]
    }

    #[glib_coro::coroutine]
    async fn word(x: Item) -> [Item; 2]
    where
        Self: Sized,
    {
        [x, x]
    }
}

#[glib_coro::main]
pub(crate) async fn main() {
    assert_eq!(S::new("xy").await.unwrap().0, 2);
    assert_eq!(S::body_only(1).await.unwrap(), 2);
    assert_eq!(S::no_mention(1).await.unwrap(), 1);
    assert_eq!(Generic::in_the_signature(&1).await.unwrap(), [1]);
    Generic::<u8>::in_the_body();
    assert_eq!(Worded::<u8, 3>::number(1).await.unwrap(), [1, 1, 1]);
    assert_eq!(Worded::<_, 3>::word('x').await.unwrap(), ['x', 'x']);
    // What is inside is no parameter of the functions.
    assert_eq!((Generic(1).0, Worded::<_, 1>(2).0), (1, 2));
}
