// F17: 5 errors
use std::pin::Pin;

#[glib_coro::coroutine]
async fn f(x: Option<&u8>, y: Vec<&str>, z: &&u8, (a, b): (u8, &u8)) -> u8 {
    x.unwrap() + y[0].len() as u8 + **z + a + *b
}

struct S;

impl S {
    #[glib_coro::coroutine]
    async fn pinned(self: Pin<&mut Self>) {
        let _ = self;
    }
}

fn main() {
    f(None, Vec::new(), &&1, (1, &2)).abort();
    std::pin::pin!(S).pinned().abort();
}
