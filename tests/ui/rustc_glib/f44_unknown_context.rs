// F44: 3 errors
#[glib_coro::test(context = "foo")]
async fn test() {}

#[glib_coro::test(context = default)]
async fn no_string() {}

#[glib_coro::main(context = "Default")]
async fn main() {}
