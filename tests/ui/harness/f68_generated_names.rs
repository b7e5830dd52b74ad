// F68
#[glib_coro::test]
async fn names() {
    inner; //~ E0425
    body; //~ E0425
    once; //~ E0425
    rt; //~ E0425
}
