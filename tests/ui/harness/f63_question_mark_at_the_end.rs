// F63
#[glib_coro::test]
async fn question_mark() -> Result<(), ()> { //~ E0308
    Ok(())?;
}
