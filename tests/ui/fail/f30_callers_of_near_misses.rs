// F30: 6 errors
#[glib_coro::coroutine(detatch)]
async fn detached(x: &u8) {
    let _ = x;
}

struct S;

impl S {
    #[glib_coro::coroutine(return = false, priorty = "high")]
    async fn returns(self) {}
}

#[glib_coro::coroutine(returns = tru)]
async fn misspelt_value() {}

#[glib_coro::coroutine(detach = true)]
async fn flag_with_a_value(x: &u8) {
    let _ = x;
}

#[glib_coro::coroutine(detach, returns = true)]
async fn both() {}

fn connect(_: impl Fn(&u8) + 'static) {}

fn connect_with_value(_: impl Fn() -> bool + 'static) {}

// Those who call them have nothing to mend.
fn main() {
    connect(detached);
    connect(flag_with_a_value);
    connect_with_value(misspelt_value);
    connect_with_value(both);
    connect_with_value(|| S.returns());
}
