//! glib-rs's own executor: `MainContext::spawn_local`, and futures around sources.

use std::future::{Future, poll_fn};
use std::io::{ErrorKind, Read, Write};
use std::os::fd::AsRawFd;
use std::os::unix::net::UnixStream;
use std::task::Poll;
use std::time::Duration;

use futures_util::FutureExt;
use glib::{ControlFlow, IOCondition, MainContext, Priority, SourceFuture};

use super::Contestant;

/// glib-rs.
#[derive(Debug)]
pub struct GlibRs(MainContext);

impl Contestant for GlibRs {
    const NAME: &'static str = "glib-rs";

    type Stream = UnixStream;

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

    fn pair() -> (UnixStream, UnixStream) {
        let (one, other) = UnixStream::pair().expect("a socket pair");
        for end in [&one, &other] {
            end.set_nonblocking(true).expect("a socket can do that");
        }
        (one, other)
    }

    async fn read(stream: &mut UnixStream) -> u8 {
        let mut byte = [0];
        loop {
            match stream.read_exact(&mut byte) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    ready(stream, IOCondition::IN).await;
                }
                result => {
                    result.expect("a byte");
                    return byte[0];
                }
            }
        }
    }

    async fn write(stream: &mut UnixStream, byte: u8) {
        loop {
            match stream.write_all(&[byte]) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    ready(stream, IOCondition::OUT).await;
                }
                result => return result.expect("room for a byte"),
            }
        }
    }
}

/// Waits for a descriptor with a source of its own, which is cheaper than gio's streams.
fn ready(stream: &UnixStream, condition: IOCondition) -> impl Future<Output = ()> + use<> {
    let fd = stream.as_raw_fd();
    SourceFuture::new(move |sender| {
        let mut sender = Some(sender);
        glib_unix::fd_source_new(fd, condition, None, Priority::DEFAULT, move |_, _| {
            if let Some(sender) = sender.take() {
                // The task that waited may be gone.
                let _ = sender.send(());
            }
            ControlFlow::Break
        })
    })
}
