// F86: 4 errors
#[glib_coro::main(application = app())]
async fn too_few() {}

#[glib_coro::main(application = app())]
async fn too_many(app: &u8, x: u8) {
    let _ = (app, x);
}

#[glib_coro::main(application = app())]
async fn by_value(app: u8) {
    let _ = app;
}

#[glib_coro::main(application = app())]
async fn main() -> Result<(), String> {
    too_few();
    too_many();
    by_value();
    Ok(())
}
