// F66
fn ready() -> u8 {
    1
}

#[glib_coro::test]
async fn no_future() {
    ready().await; //~ E0277
}

#[glib_coro::test]
async fn moved() {
    let text = String::new();
    drop(text);
    drop(text); //~ E0382
}

#[glib_coro::test]
async fn no_mut() {
    let n = ready();
    n += 1; //~ E0384
    println!("{n}");
}
