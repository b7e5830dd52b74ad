// F65
#![allow(redundant_semicolons)]

#[glib_coro::test]
#[rustfmt::skip]
async fn returned() {
    return 1; //~ E0308
    ;
}
