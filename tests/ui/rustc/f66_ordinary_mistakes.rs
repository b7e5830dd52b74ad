// F66: 6 errors
struct S;

#[derive(Debug)]
struct Text;

#[glib_coro::coroutine]
async fn no_future(n: u32) -> u32 {
    n.await
}

#[glib_coro::coroutine]
async fn moved(text: Text) {
    drop(text);
    println!("{text:?}");
}

impl S {
    #[glib_coro::coroutine]
    async fn no_mut(self, n: u32) -> u32 {
        n += 1;
        n
    }

    #[glib_coro::coroutine]
    async fn moved(self) {
        let text = Text;
        drop(text);
        drop(text);
    }
}

fn ready() -> u8 {
    1
}

#[glib_coro::main]
async fn entry() {
    let n = 1;
    n += 1;
    println!("{n}");
}

#[glib_coro::main]
async fn main() {
    ready().await;
    entry();
}
