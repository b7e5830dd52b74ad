// F05: 1 error
#[glib_coro::coroutine]
fn f() -> impl Future<Output = u8> {
    async { 1 }
}

#[glib_coro::main]
async fn main() {
    let _: u8 = f().await.unwrap();
}
