// F41: 2 errors
#[glib_coro::coroutine(priority = 5)]
async fn f() {}

struct S;

impl S {
    #[glib_coro::coroutine(priority = Some(1))]
    async fn method(self) -> u8 {
        1
    }
}

fn main() {
    f().abort();
    S.method().abort();
}
