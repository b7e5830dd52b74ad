// F08
#[glib_coro::test]
async fn with_an_argument(x: u8) { //~ functions used as tests can not have any arguments
    let _ = x;
}
