// P27
#![deny(warnings)]

#[glib_coro::coroutine]
async fn f() {}

#[glib_coro::coroutine]
async fn value() -> Result<u8, String> {
    Ok(1)
}

pub(crate) fn main() {
    glib_coro::block_on(async {
        f();
        value();
    });
}
