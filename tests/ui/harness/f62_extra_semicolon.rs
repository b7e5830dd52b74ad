// F62
#[glib_coro::test]
async fn extra_semicolon() -> Result<(), ()> { //~ E0308
    Ok(());
}
