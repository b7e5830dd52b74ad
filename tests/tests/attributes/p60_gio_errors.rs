// P60
#![deny(warnings)]
use gio::prelude::*;
use glib_coro::glib;

#[glib_coro::coroutine]
async fn size(path: &std::path::Path) -> Result<usize, glib::Error> {
    let (bytes, _etag) = gio::File::for_path(path).load_contents_future().await?;
    Ok(bytes.len())
}

#[glib_coro::test]
async fn loads() {
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    assert!(size(manifest.as_ref()).await.unwrap().unwrap() > 0);
    let error = size("/nowhere".as_ref()).await.unwrap().unwrap_err();
    assert!(error.matches(gio::IOErrorEnum::NotFound), "{error}");
}
