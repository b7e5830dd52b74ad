// F66: 2 errors
#[derive(Clone)]
struct Window;

impl Window {
    #[glib_coro::coroutine]
    async fn not_printable(&self) -> String {
        format!("{self} {}", 1)
    }

    #[glib_coro::coroutine]
    async fn argument_too_few(&self) -> String {
        let _ = format!("{self:p}");
        format!("{self:p} {}")
    }
}

fn main() {
    Window.not_printable().abort();
    Window.argument_too_few().abort();
}
