// P32
#![deny(warnings)]
use std::rc::Rc;

#[glib_coro::coroutine]
async fn free(_: &String, _x: u8, _: Rc<()>) {
    glib_coro::yield_now().await;
}

struct S;

impl S {
    #[glib_coro::coroutine]
    async fn method(self, _: Rc<()>, _x: Rc<()>, _: &str) {
        glib_coro::yield_now().await;
    }
}

#[glib_coro::main]
pub(crate) async fn main() {
    let rc = Rc::new(());
    let free = free(&String::new(), 1, rc.clone());
    let method = S.method(rc.clone(), rc.clone(), "x");
    // They are there as long as the coroutine, as they are in any `async fn`.
    assert_eq!(Rc::strong_count(&rc), 4);
    free.await.unwrap();
    method.await.unwrap();
    assert_eq!(Rc::strong_count(&rc), 1);
}
