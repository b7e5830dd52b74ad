// F07: 1 error
#[glib_coro::main]
async fn main<T>() {
    let _: Option<T> = None;
}
