// F15: 5 errors
struct View<'a>(&'a str);

#[glib_coro::coroutine]
async fn reference<'a>(x: &'a str) {
    println!("{x}");
}

#[glib_coro::coroutine]
async fn inside<'a>(x: View<'a>, y: Option<&'a View<'a>>) {
    println!("{}{}", x.0, y.map_or("", |y| y.0));
}

#[glib_coro::coroutine]
async fn undeclared(x: View<'b>) {
    println!("{}", x.0);
}

impl View<'_> {
    #[glib_coro::coroutine]
    async fn method<'a>(&'a self) {
        println!("{}", self.0);
    }
}

fn main() {
    reference("x").abort();
    inside(View("x"), None).abort();
    undeclared(View("x")).abort();
    View("x").method().abort();
}
