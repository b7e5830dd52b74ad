// F03: 3 errors
struct S;

#[glib_coro::coroutine]
impl S {
    fn f(&self) {}
}

#[glib_coro::coroutine]
pub trait T {
    fn f(&self) {}
}

#[glib_coro::coroutine]
mod m {
    pub(super) fn f() {}
}

fn main() {
    S.f();
    m::f();
}
