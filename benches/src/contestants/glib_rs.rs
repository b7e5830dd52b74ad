//! glib-rs's own executor: `MainContext::spawn_local`, futures around sources, and gio's streams.

use std::future::{Future, poll_fn};
use std::net::TcpStream;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::task::Poll;
use std::time::Duration;

use futures_util::FutureExt;
use gio::prelude::*;
use gio::{IOStreamAsyncReadWrite, Socket, SocketConnection};
use glib::MainContext;

use super::{Contestant, Io};

/// glib-rs.
#[derive(Debug)]
pub struct GlibRs(MainContext);

impl Contestant for GlibRs {
    const NAME: &'static str = "glib-rs";

    type Unix = Io<IOStreamAsyncReadWrite<SocketConnection>>;
    type Tcp = Self::Unix;

    fn new() -> Self {
        Self(MainContext::new())
    }

    fn block_on<F: Future>(&self, future: F) -> F::Output {
        self.0.block_on(future)
    }

    fn spawn<F>(future: F) -> impl Future<Output = F::Output> + 'static
    where
        F: Future + 'static,
        F::Output: 'static,
    {
        let handle = MainContext::ref_thread_default().spawn_local(future);
        handle.map(|joined| joined.expect("no task fails"))
    }

    /// glib-rs has none, so this is what its users write.
    fn yield_now() -> impl Future<Output = ()> + 'static {
        let mut yielded = false;
        poll_fn(move |cx| {
            if std::mem::replace(&mut yielded, true) {
                return Poll::Ready(());
            }
            cx.waker().wake_by_ref();
            Poll::Pending
        })
    }

    fn sleep(duration: Duration) -> impl Future<Output = ()> + 'static {
        glib::timeout_future(duration)
    }

    async fn timeout<F: Future>(duration: Duration, future: F) -> Option<F::Output> {
        let future = std::pin::pin!(future);
        glib::future_with_timeout(duration, future).await.ok()
    }

    fn unix(socket: UnixStream) -> Self::Unix {
        stream(socket.into())
    }

    fn tcp(socket: TcpStream) -> Self::Tcp {
        stream(socket.into())
    }
}

fn stream(socket: OwnedFd) -> Io<IOStreamAsyncReadWrite<SocketConnection>> {
    let socket = Socket::from_fd(socket).expect("gio takes any socket");
    let stream = socket.connection_factory_create_connection();
    Io(stream
        .into_async_read_write()
        .expect("a socket's streams can be polled"))
}
