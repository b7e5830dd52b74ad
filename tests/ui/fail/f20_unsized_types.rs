// F20: 8 errors
#[glib_coro::coroutine]
async fn text(name: str) -> str {
    name
}

#[glib_coro::coroutine]
async fn slice(bytes: [u8]) -> [u8] {
    bytes
}

#[glib_coro::coroutine]
async fn object(x: dyn Fn()) -> dyn Fn() {
    x
}

struct S;

impl S {
    #[glib_coro::coroutine]
    async fn placeholder(self) -> Result<_, ()> {
        Ok(1)
    }
}

#[glib_coro::test]
async fn test() {}

#[glib_coro::main]
async fn main() -> str {
    let _: String = text("x").await.unwrap();
    let _: Vec<u8> = slice(&[1]).await.unwrap();
    object(std::rc::Rc::new(|| {})).await.unwrap()();
    let _: u8 = S.placeholder().await.unwrap().unwrap();
}
