// F69: 5 errors
#[glib_coro::coroutine]
async fn f(x: &u8) -> Result<u8, String> {
    x.capture();
    x.how();
    x.spawn();
    Ok(*x)
}

#[derive(Clone)]
struct S;

impl S {
    #[glib_coro::coroutine]
    async fn method(&self) {
        self.capture();
        self.defined();
    }
}

fn main() {
    f(&1).abort();
    S.method().abort();
}
