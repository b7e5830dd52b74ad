// F13: 2 errors
struct S(u8);

impl S {
    #[glib_coro::coroutine]
    const async fn method(&self) -> u8 {
        self.0
    }
}

#[glib_coro::coroutine]
const async fn f(x: &str) -> String {
    x.to_owned()
}

fn main() {
    f("x").abort();
    S(1).method().abort();
}
