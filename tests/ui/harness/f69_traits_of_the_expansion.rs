// F69
#[glib_coro::test]
async fn traits() {
    1_u8.capture(); //~ E0599
    String::new().how(); //~ E0599
}
