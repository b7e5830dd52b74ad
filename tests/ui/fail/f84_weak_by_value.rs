// F84: 6 errors
#[glib_coro::coroutine]
async fn by_value(#[weak] button: Button) {
    button.get();
}

#[glib_coro::coroutine]
async fn mutable(#[weak] button: &mut Button, #[weak] other: Option<&Button>) {
    button.get();
}

#[derive(Clone)]
struct Button;

impl Button {
    #[glib_coro::coroutine]
    async fn method(#[weak] self) {
        self.get();
    }
}

#[glib_coro::test]
async fn test(#[weak] button: &Button) {}

#[glib_coro::main]
async fn other(#[weak] button: &Button) {
    let _ = button;
}

fn main() {
    by_value(Button).abort();
    mutable(&mut Button, None).abort();
    Button.method().abort();
    other(&Button);
}
