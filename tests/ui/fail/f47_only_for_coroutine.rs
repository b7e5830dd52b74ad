// F47: 4 errors
#[glib_coro::test(priority = "idle", returns = 1)]
async fn test() {}

#[glib_coro::main(detach, priority = "no matter")]
async fn main() {}
