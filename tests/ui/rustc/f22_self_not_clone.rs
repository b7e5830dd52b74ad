// F22: 1 error
struct Window {
    title: String,
}

impl Window {
    #[glib_coro::coroutine]
    async fn title(&self, n: usize) -> String {
        self.title[..n].to_owned()
    }
}

fn main() {
    Window { title: String::new() }.title(1).abort();
}
