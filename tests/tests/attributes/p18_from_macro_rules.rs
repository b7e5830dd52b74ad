// P18
#![deny(warnings)]

macro_rules! coroutine {
    ($(#[$meta:meta])* $vis:vis fn $name:ident($($arg:ident: $ty:ty),*) -> $output:ty $body:block) => {
        #[glib_coro::coroutine]
        $(#[$meta])*
        $vis async fn $name(hidden: u8, $($arg: $ty),*) -> $output {
            let hidden = u32::from(hidden);
            ($body) + hidden
        }
    };
}

coroutine! {
    /// Adds.
    #[inline]
    pub(crate) fn add(x: u32, hidden: &u32) -> u32 { x + *hidden }
}

macro_rules! block {
    ($name:ident, $label:literal, $priority:expr, $b:block) => {
        #[glib_coro::coroutine(name = $label, priority = $priority)]
        async fn $name() -> u32 $b
    };
}

block!(five, "five", glib_coro::task::Priority::Idle, { 5 });

struct S(u32);

macro_rules! method {
    ($self:ident, $b:block) => {
        #[glib_coro::coroutine]
        async fn method(&$self) -> u32 $b
    };
}

impl Clone for S {
    fn clone(&self) -> Self {
        Self(self.0)
    }
}

impl S {
    method!(self, { self.0 });
}

macro_rules! main {
    ($b:block) => {
        #[glib_coro::main]
        pub(crate) async fn main() $b
    };
}

macro_rules! test {
    ($name:ident $b:block) => {
        #[glib_coro::test]
        async fn $name() $b
    };
}

test!(test {});

macro_rules! by_dollar_crate {
    ($name:ident) => {
        #[glib_coro::coroutine(crate = $crate::p18_from_macro_rules::reexport)]
        async fn $name() {}
    };
}

pub(crate) use glib_coro as reexport;

by_dollar_crate!(dollar);

main!({
    assert_eq!(add(1, 2, &3).await.unwrap(), 6);
    let five = five();
    assert_eq!(five.name(), Some("five"));
    assert_eq!(five.await.unwrap(), 5);
    assert_eq!(S(4).method().await.unwrap(), 4);
    dollar().await.unwrap();
});
