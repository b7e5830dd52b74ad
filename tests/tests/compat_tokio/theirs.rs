//! What the tests do with tokio.

use std::future::pending;
use std::thread;
use std::time::{Duration, Instant};

use glib_coro::compat::tokio::handle;
use glib_coro::join;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Handle;

const MOMENT: Duration = Duration::from_millis(5);

/// Whether this thread is in tokio's runtime on the background thread.
pub(crate) fn is_entered() -> bool {
    Handle::try_current().is_ok_and(|current| current.id() == handle().id())
}

/// A little of everything that tokio has and that needs its runtime.
pub(crate) async fn theirs() {
    let start = Instant::now();
    tokio::time::sleep(MOMENT).await;
    assert!(start.elapsed() >= MOMENT);

    let spawned = tokio::spawn(async {
        tokio::time::sleep(MOMENT).await;
        thread::current().id()
    });
    assert_ne!(spawned.await.unwrap(), thread::current().id());
    assert_eq!(tokio::task::spawn_blocking(|| 42).await.unwrap(), 42);
    let elapsed = tokio::time::timeout(MOMENT, pending::<()>()).await;
    assert!(elapsed.is_err());

    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let echo = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        let (mut reader, mut writer) = stream.split();
        tokio::io::copy(&mut reader, &mut writer).await.unwrap()
    };
    let ask = async {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(b"hello").await.unwrap();
        stream.shutdown().await.unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).await.unwrap();
        text
    };
    assert_eq!(join!(echo, ask), (5, "hello".to_owned()));
}
