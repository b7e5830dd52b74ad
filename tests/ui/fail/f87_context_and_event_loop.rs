// F87: 2 errors
use glib_coro::event_loop::Standalone;

#[glib_coro::test(context = "new", event_loop = Standalone::new())]
async fn test() {}

#[glib_coro::main(event_loop = Standalone::new(), context = "default")]
async fn main() {}
