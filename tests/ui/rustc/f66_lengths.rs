// F66: 3 errors
#[glib_coro::coroutine]
async fn unknown(x: [u8; length]) {}

#[glib_coro::coroutine]
async fn argument(n: usize, x: [u8; n]) {}

struct Buffer;

impl Buffer {
    #[glib_coro::coroutine]
    async fn method(self, n: usize) -> [u8; n] {
        todo!()
    }
}

fn main() {}
