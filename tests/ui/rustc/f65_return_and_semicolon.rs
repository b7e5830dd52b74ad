// F65: 3 errors
#![allow(redundant_semicolons)]
#[glib_coro::coroutine]
#[rustfmt::skip]
async fn free() {
    return 1;
    ;
}

struct S;

impl S {
    #[glib_coro::coroutine]
    #[rustfmt::skip]
    async fn method(self) {
        return 1;
        ;
    }
}

#[glib_coro::main]
#[rustfmt::skip]
async fn main() {
    return 1;
    ;
}
