// F32: 1 error
#[glib_coro::test(start_paused)]
async fn test() {}

fn main() {}
