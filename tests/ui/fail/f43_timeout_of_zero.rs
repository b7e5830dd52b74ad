// F43: 2 errors
#[glib_coro::test(timeout = "0s")]
async fn seconds() {}

#[glib_coro::test(timeout = "000ms")]
async fn milliseconds() {}

fn main() {}
