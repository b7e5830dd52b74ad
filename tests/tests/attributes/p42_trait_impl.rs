// P42
#![deny(warnings)]
use glib_coro::JoinHandle;

trait Load {
    fn load(&self, path: &str) -> JoinHandle<usize>;
    fn close(self) -> JoinHandle<()>;
    fn log(&self, text: &str);
    fn open() -> JoinHandle<Result<u8, String>>;

    #[glib_coro::coroutine]
    async fn provided(&self) -> u8
    where
        Self: Clone + 'static,
    {
        let _ = self;
        7
    }
}

#[derive(Clone)]
struct S;

impl Load for S {
    #[glib_coro::coroutine]
    async fn load(&self, path: &str) -> usize {
        path.len()
    }

    #[glib_coro::coroutine]
    async fn close(self) {}

    #[glib_coro::coroutine(detach)]
    async fn log(&self, text: &str) {
        let _ = text;
    }

    #[glib_coro::coroutine]
    async fn open() -> Result<u8, String> {
        Ok(1)
    }
}

#[glib_coro::main]
pub(crate) async fn main() {
    let s: S = S;
    assert_eq!(s.load("x").await.unwrap(), 1);
    assert_eq!(s.provided().await.unwrap(), 7);
    s.log("x");
    assert_eq!(S::open().await.unwrap(), Ok(1));
    s.close().await.unwrap();
}
