// F01: 4 errors
#[glib_coro::coroutine]
fn plain() {}

struct S;

impl S {
    #[glib_coro::coroutine]
    fn method(&self) {}
}

#[glib_coro::test]
fn test() {}

#[glib_coro::main]
fn main() {
    plain();
    S.method();
}
