//! tokio on one thread, in both of its ways to spawn futures that are not `Send`.

use std::future::Future;
use std::net::TcpStream;
use std::os::unix::net::UnixStream;
use std::time::Duration;

use futures_util::FutureExt;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::runtime::{Builder, LocalOptions, LocalRuntime, Runtime};
use tokio::task::LocalSet;

use super::{Contestant, Stream};

/// tokio's current-thread runtime with a `LocalSet`.
#[derive(Debug)]
pub struct TokioLocalSet {
    // Dropped first: its tasks hold what belongs to the runtime.
    tasks: LocalSet,
    runtime: Runtime,
}

/// tokio's `LocalRuntime`.
#[derive(Debug)]
pub struct TokioLocal(LocalRuntime);

/// What is the same in both.
macro_rules! tokio {
    ($type:ident, $name:literal, $new:expr, $block_on:expr) => {
        impl Contestant for $type {
            const NAME: &'static str = $name;

            type Unix = Tokio<tokio::net::UnixStream>;
            type Tcp = Tokio<tokio::net::TcpStream>;

            fn new() -> Self {
                $new
            }

            fn block_on<F: Future>(&self, future: F) -> F::Output {
                $block_on(self, future)
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

            async fn timeout<F: Future>(duration: Duration, future: F) -> Option<F::Output> {
                tokio::time::timeout(duration, future).await.ok()
            }

            fn unix(socket: UnixStream) -> Self::Unix {
                Tokio(tokio::net::UnixStream::from_std(socket).expect("a socket can be waited for"))
            }

            fn tcp(socket: TcpStream) -> Self::Tcp {
                Tokio(tokio::net::TcpStream::from_std(socket).expect("a socket can be waited for"))
            }
        }
    };
}

tokio!(
    TokioLocalSet,
    "tokio LocalSet",
    Self {
        tasks: LocalSet::new(),
        runtime: Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a tokio runtime"),
    },
    |this: &Self, future| this.tasks.block_on(&this.runtime, future)
);

tokio!(
    TokioLocal,
    "tokio LocalRuntime",
    Self(
        Builder::new_current_thread()
            .enable_all()
            .build_local(LocalOptions::default())
            .expect("a tokio runtime")
    ),
    |this: &Self, future| this.0.block_on(future)
);

/// A stream with tokio's traits.
#[derive(Debug)]
pub struct Tokio<T>(T);

impl<T> Stream for Tokio<T>
where
    T: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + 'static,
{
    async fn read(&mut self, buffer: &mut [u8]) {
        let read = self.0.read_exact(buffer).await;
        read.expect("the other end lives");
    }

    async fn write(&mut self, buffer: &[u8]) {
        let written = self.0.write_all(buffer).await;
        written.expect("the other end lives");
    }
}
