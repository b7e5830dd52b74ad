// F45: 4 errors
#[glib_coro::test(flavor = "multi_thread", worker_threads = 4)]
async fn test() {}

#[glib_coro::main(flavor = "current_thread", unhandled_panic = "ignore")]
async fn main() {}
