// F62: 3 errors
#[glib_coro::coroutine]
#[rustfmt::skip]
async fn free() -> Result<(), ()> {
    Ok(());
}

struct S;

impl S {
    #[glib_coro::coroutine]
    #[rustfmt::skip]
    async fn method(self) -> Result<(), ()> {
        Ok(());
    }
}

#[glib_coro::main]
#[rustfmt::skip]
async fn main() -> Result<(), ()> {
    Ok(());
}
