// F66: 2 errors
#[glib_coro::coroutine]
async fn free(Some(x): Option<u8>) -> u8 {
    x
}

struct Window;

impl Window {
    #[glib_coro::coroutine]
    async fn method(self, (Some(x), _): (Option<u8>, u8)) -> u8 {
        x
    }
}

fn main() {
    free(None).abort();
    Window.method((None, 1)).abort();
}
