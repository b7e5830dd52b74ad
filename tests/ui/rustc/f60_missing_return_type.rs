// F60: 3 errors
#[glib_coro::coroutine]
#[rustfmt::skip]
async fn free() {
    Ok(())
}

struct S;

impl S {
    #[glib_coro::coroutine]
    #[rustfmt::skip]
    async fn method(self) {
        Ok(())
    }
}

#[glib_coro::main]
#[rustfmt::skip]
async fn main() {
    Ok(())
}
