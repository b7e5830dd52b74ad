// F40: 1 error
#[glib_coro::coroutine(priority = "loud")]
async fn f() {}

fn main() {
    f().abort();
}
