// F68: 12 errors
#[glib_coro::coroutine]
async fn f(x: &str) -> usize {
    inner;
    body;
    once;
    rt;
    future;
    how;
    x.len()
}

#[derive(Clone)]
struct S;

impl S {
    #[glib_coro::coroutine(name = "x", priority = "high")]
    async fn method(&self, (x, y): (u8, u8)) -> u8 {
        this;
        arg0;
        task;
        x + y
    }
}

#[glib_coro::main]
async fn main() {
    f("x").abort();
    S.method((1, 2)).abort();
    runtime;
    context;
    name;
}
