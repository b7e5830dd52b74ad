// F18: 2 errors
struct View<'a>(&'a str);

#[glib_coro::coroutine]
async fn f(view: View) -> usize {
    view.0.len()
}

struct S;

impl S {
    #[glib_coro::coroutine]
    async fn method(self, view: View) -> usize {
        view.0.len()
    }
}

fn main() {
    f(View("x")).abort();
    S.method(View("x")).abort();
}
