// F85: 3 errors
#[glib_coro::coroutine]
async fn argument(#[weak] count: &u8) -> u8 {
    glib_coro::yield_now().await;
    *count.get()
}

#[glib_coro::coroutine(detach)]
async fn generic<T: 'static>(#[weak] x: &T, #[weak] object: &glib::Object) {
    let _ = (x.get(), object.get());
}

struct Window;

impl Window {
    #[glib_coro::coroutine]
    async fn method(#[weak] &self) {
        self.get();
    }
}

fn main() {
    argument(&1).abort();
    generic(&1, &glib::Object::new());
    Window.method().abort();
}
