// P59
#![deny(warnings)]
use std::fmt::Display;

#[allow(non_camel_case_types)]
#[glib_coro::coroutine]
async fn free<F: Display + 'static, O: 'static, B: 'static, future: Clone + 'static>(
    f: F,
    o: O,
    b: B,
    future: &future,
) -> (String, O, B) {
    let _ = future.clone();
    (f.to_string(), o, b)
}

#[derive(Clone)]
struct S<T>(T);

impl<T: Clone + Display + 'static> S<T> {
    #[glib_coro::coroutine]
    async fn method<F: Display + 'static, B: Clone + 'static>(&self, f: F, b: &B) -> (String, B) {
        (format!("{}{f}", self.0), b.clone())
    }
}

#[glib_coro::coroutine]
async fn shadow<T: Display + 'static>(x: T) -> String {
    #[allow(non_camel_case_types)]
    struct T(u8);
    format!("{x}{}", T(1).0)
}

#[glib_coro::main]
pub(crate) async fn main() {
    assert_eq!(free(1, 2, 3, &4).await.unwrap(), ("1".into(), 2, 3));
    assert_eq!(S(1).method(2, &3).await.unwrap(), ("12".into(), 3));
    assert_eq!(shadow(1).await.unwrap(), "11");
}
