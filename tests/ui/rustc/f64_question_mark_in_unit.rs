// F64: 3 errors
#[glib_coro::coroutine]
#[rustfmt::skip]
async fn free() {
    let x: u8 = "1".parse()?;
    println!("{x}");
}

struct S;

impl S {
    #[glib_coro::coroutine]
    #[rustfmt::skip]
    async fn method(self) {
        let x: u8 = "1".parse()?;
        println!("{x}");
    }
}

#[glib_coro::main]
#[rustfmt::skip]
async fn main() {
    let x: u8 = "1".parse()?;
    println!("{x}");
}
