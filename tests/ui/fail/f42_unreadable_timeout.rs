// F42: 8 errors
#[glib_coro::test(timeout = "5 parsecs")]
async fn unknown_unit() {}

#[glib_coro::test(timeout = "5")]
async fn no_unit() {}

#[glib_coro::test(timeout = "")]
async fn nothing() {}

#[glib_coro::test(timeout = "-5s")]
async fn negative() {}

#[glib_coro::test(timeout = "99999999999999999999s")]
async fn too_long() {}

#[glib_coro::test(timeout = "1.5s")]
async fn a_fraction() {}

#[glib_coro::test(timeout = "1h")]
async fn hours() {}

#[glib_coro::test(timeout = 5)]
async fn no_string() {}

fn main() {}
