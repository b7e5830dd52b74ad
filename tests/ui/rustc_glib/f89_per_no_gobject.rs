// F89: 3 errors
#[glib_coro::coroutine(overlap = "drop", per = count)]
async fn borrowed(count: &u8) -> u8 {
    *count
}

#[glib_coro::coroutine(overlap = "drop", per = name)]
async fn owned(name: String) -> String {
    name
}

struct Window;

impl Window {
    #[glib_coro::coroutine(overlap = "drop", per = self)]
    async fn method(self) {}
}

fn main() {
    borrowed(&1).abort();
    owned(String::new()).abort();
    Window.method().abort();
}
