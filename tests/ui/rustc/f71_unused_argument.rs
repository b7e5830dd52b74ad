// F71: 4 errors
#![deny(unused_variables)]

#[glib_coro::coroutine]
async fn free(used: u8, by_value: u8, borrowed: &str) -> u8 {
    used
}

#[derive(Clone)]
struct S;

impl S {
    #[glib_coro::coroutine]
    async fn method(&self, by_value: u8, (_, part): (u8, u8)) {}
}

fn main() {
    free(1, 2, "x").abort();
    S.method(1, (2, 3)).abort();
}
