// F67
#[glib_coro::test]
async fn syntax() {
    let x = "x".; //~ unexpected token
    x.len();
}
