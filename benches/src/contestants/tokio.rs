//! tokio's current-thread runtime with a `LocalSet`.

use std::future::Future;
use std::time::Duration;

use futures_util::FutureExt;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;
use tokio::runtime::{Builder, Runtime};
use tokio::task::LocalSet;

use super::Contestant;

/// tokio.
#[derive(Debug)]
pub struct Tokio {
    // Dropped first: its tasks hold what belongs to the runtime.
    tasks: LocalSet,
    runtime: Runtime,
}

impl Contestant for Tokio {
    const NAME: &'static str = "tokio";

    type Stream = UnixStream;

    fn new() -> Self {
        Self {
            tasks: LocalSet::new(),
            runtime: Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a tokio runtime"),
        }
    }

    fn block_on<F: Future>(&self, future: F) -> F::Output {
        self.tasks.block_on(&self.runtime, future)
    }

    fn spawn<F>(future: F) -> impl Future<Output = F::Output> + 'static
    where
        F: Future + 'static,
        F::Output: 'static,
    {
        let handle = tokio::task::spawn_local(future);
        handle.map(|joined| joined.expect("no task fails"))
    }

    fn yield_now() -> impl Future<Output = ()> + 'static {
        tokio::task::yield_now()
    }

    fn sleep(duration: Duration) -> impl Future<Output = ()> + 'static {
        tokio::time::sleep(duration)
    }

    fn pair() -> (UnixStream, UnixStream) {
        UnixStream::pair().expect("a socket pair")
    }

    async fn read(stream: &mut UnixStream) -> u8 {
        let mut byte = [0];
        stream.read_exact(&mut byte).await.expect("a byte");
        byte[0]
    }

    async fn write(stream: &mut UnixStream, byte: u8) {
        stream.write_all(&[byte]).await.expect("room for a byte");
    }
}
