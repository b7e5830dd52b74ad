// P39
#![deny(warnings)]
use glib_coro::JoinHandle;

#[glib_coro::coroutine]
async fn free(n: u8) -> impl Iterator<Item = u8> + 'static {
    0..n
}

#[glib_coro::coroutine]
async fn borrowed(x: &str) -> impl Iterator<Item = u8> + use<> {
    x.to_owned().into_bytes().into_iter()
}

#[glib_coro::coroutine]
async fn lasting(x: &str) -> Result<impl Iterator<Item = u8> + 'static, ()> {
    Ok(x.to_owned().into_bytes().into_iter())
}

struct Held<I> {
    handle: JoinHandle<I>,
}

#[glib_coro::main]
pub(crate) async fn main() {
    let held = Held { handle: free(3) };
    assert_eq!(held.handle.await.unwrap().count(), 3);
    let handle = {
        let x = String::from("xy");
        borrowed(&x)
    };
    assert_eq!(handle.await.unwrap().count(), 2);
    let handle = {
        let x = String::from("xy");
        lasting(&x)
    };
    assert_eq!(handle.await.unwrap().unwrap().count(), 2);
}
