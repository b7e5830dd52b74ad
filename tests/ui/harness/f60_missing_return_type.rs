// F60
#[glib_coro::test]
async fn missing_return_type() {
    Ok(()) //~ E0308
}
