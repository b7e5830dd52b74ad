// F35: 3 errors
#[glib_coro::test(start_paused = 1)]
async fn number() {}

#[glib_coro::test(start_paused = "true")]
async fn string() {}

#[glib_coro::test(start_paused = PAUSED)]
async fn constant() {}

fn main() {}
