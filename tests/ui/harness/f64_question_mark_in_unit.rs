// F64
#[glib_coro::test]
async fn question_mark() {
    let x: u8 = "1".parse()?; //~ E0277
    println!("{x}");
}
