// F52: 3 errors
#[glib_coro::coroutine = "x"]
async fn f() {}

#[glib_coro::test = "x"]
async fn test() {}

#[glib_coro::main = "x"]
async fn main() {}
