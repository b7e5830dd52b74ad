// F61
#[glib_coro::test]
async fn returned_value() {
    return Ok(()); //~ E0308
}
