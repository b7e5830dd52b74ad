// F76: 1 error
struct S;

impl S {
    #[glib_coro::coroutine]
    async fn method<T: Clone>(self, value: &T) -> u8 {
        let _ = (value.clone(), self);
        1
    }
}

fn main() {
    S.method(&1).abort();
}
