// F61: 3 errors
#[glib_coro::coroutine]
#[rustfmt::skip]
async fn free() {
    return Ok(());
}

struct S;

impl S {
    #[glib_coro::coroutine]
    #[rustfmt::skip]
    async fn method(self) {
        return Ok(());
    }
}

#[glib_coro::main]
#[rustfmt::skip]
async fn main() {
    return Ok(());
}
