// F69: 4 errors
#[glib_coro::coroutine(detach)]
async fn f() -> impl Detached {}

#[derive(Clone)]
struct S;

impl S {
    #[glib_coro::coroutine]
    async fn method(&self, x: impl Future + ToOwned + 'static + Borrow<u8>) {
        let _ = x;
    }
}

#[glib_coro::main]
async fn main() {
    fn nested<T: Display>(_: T) {}
    nested(Deref::deref(&S));
    f();
}
