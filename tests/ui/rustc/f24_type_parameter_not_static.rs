// F24: 2 errors
#[glib_coro::coroutine]
async fn f<T: Clone>(x: T, y: &T) -> usize {
    let _ = (x, y.clone());
    1
}

struct S<T>(T);

impl<T: Clone> S<T> {
    #[glib_coro::coroutine]
    async fn method(self, n: u8) -> u8 {
        let _ = self.0;
        n
    }
}

fn main() {
    f(1, &2).abort();
    S(1).method(2).abort();
}
