// F66: 8 errors
#[glib_coro::coroutine]
async fn output() -> Strng {
    todo!()
}

#[glib_coro::coroutine]
async fn argument(x: Vec<Foo>, y: &Bar) {}

#[glib_coro::coroutine(detach)]
async fn generic<U: 'static>(x: T, y: U) -> Result<(), Foo> {
    todo!()
}

struct Window;

impl Window {
    #[glib_coro::coroutine]
    async fn method(self, x: Option<Foo>) -> Strng {
        todo!()
    }
}

#[glib_coro::main]
async fn main() -> Result<(), Strng> {
    output().abort();
    argument(Vec::new(), &1).abort();
    generic(1, 2);
    Window.method(None).abort();
    Ok(())
}
