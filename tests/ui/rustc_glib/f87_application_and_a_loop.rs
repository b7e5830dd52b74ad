// F87: 2 errors
#[glib_coro::main(event_loop = Standalone::new(), application = app())]
async fn event_loop() {}

#[glib_coro::main(context = "default", application = app())]
async fn main() {
    event_loop();
}
