// F16: 2 errors
use std::borrow::Cow;

#[glib_coro::coroutine]
async fn f(x: Cow<'_, str>) -> String {
    x.into_owned()
}

#[glib_coro::coroutine]
async fn g(x: Box<dyn Fn(&str) -> &str + '_>, y: fn(&u8) -> &u8, z: &'static str) -> u8 {
    *y(&x(z).as_bytes()[0])
}

fn main() {
    f("x".into()).abort();
    g(Box::new(|x| x), |x| x, "z").abort();
}
