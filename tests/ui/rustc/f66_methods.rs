// F66: 7 errors
#[derive(Clone, Default)]
struct Window {
    width: u32,
    title: Vec<u8>,
}

impl Window {
    #[glib_coro::coroutine]
    async fn assigned(&self) {
        self.width = 3;
    }

    #[glib_coro::coroutine]
    async fn borrowed_mutably(&self) {
        self.title.push(b'x');
    }

    #[glib_coro::coroutine]
    async fn moved_out(&self) -> Vec<u8> {
        self.title
    }

    #[glib_coro::coroutine]
    async fn kept_by_a_closure(&self) {
        let kept: Box<dyn Fn() -> u32> = Box::new(|| self.width);
        connect(kept);
    }

    #[glib_coro::coroutine]
    async fn kept_by_a_coroutine(&self) {
        glib_coro::spawn(async move { self.width });
    }

    #[glib_coro::coroutine]
    async fn used_after_a_move(self) -> Vec<u8> {
        drop(self);
        self.title
    }

    #[glib_coro::coroutine]
    async fn in_a_macro_of_ones_own(&self) -> String {
        macro_rules! text {
            ($($tokens:tt)*) => { format!($($tokens)*) };
        }
        text!("{self:p}")
    }
}

fn connect(_: Box<dyn Fn() -> u32>) {}

fn main() {
    let window = Window::default();
    window.assigned();
    window.borrowed_mutably();
    window.moved_out();
    window.kept_by_a_closure();
    window.kept_by_a_coroutine();
    window.in_a_macro_of_ones_own();
    window.used_after_a_move();
}
