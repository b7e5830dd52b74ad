//! smol's parts: async-executor's `LocalExecutor` and async-io, whose reactor the whole process shares.

use std::cell::Cell;
use std::future::Future;
use std::net::TcpStream;
use std::os::unix::net::UnixStream;
use std::time::Duration;

use async_executor::LocalExecutor;
use async_io::{Async, Timer};
use futures_lite::FutureExt;

use super::{Contestant, Io};

thread_local! {
    /// Whose `block_on` runs: async-executor has no notion of a current executor.
    static CURRENT: Cell<Option<&'static LocalExecutor<'static>>> = const { Cell::new(None) };
}

/// smol's parts. The executor lives as long as the process, as `spawn` is called without it.
#[derive(Debug)]
pub struct Smol(&'static LocalExecutor<'static>);

fn spawn<F>(future: F) -> async_executor::Task<F::Output>
where
    F: Future + 'static,
    F::Output: 'static,
{
    CURRENT.get().expect("inside of block_on").spawn(future)
}

impl Contestant for Smol {
    const NAME: &'static str = "smol";

    type Unix = Io<Async<UnixStream>>;
    type Tcp = Io<Async<TcpStream>>;

    fn new() -> Self {
        Self(Box::leak(Box::new(LocalExecutor::new())))
    }

    fn block_on<F: Future>(&self, future: F) -> F::Output {
        let outer = CURRENT.replace(Some(self.0));
        let output = async_io::block_on(self.0.run(future));
        CURRENT.set(outer);
        output
    }

    fn spawn<F>(future: F) -> impl Future<Output = F::Output> + 'static
    where
        F: Future + 'static,
        F::Output: 'static,
    {
        spawn(future)
    }

    /// Dropping one of its tasks cancels it.
    fn detach(future: impl Future<Output = ()> + 'static) {
        spawn(future).detach();
    }

    fn yield_now() -> impl Future<Output = ()> + 'static {
        futures_lite::future::yield_now()
    }

    async fn sleep(duration: Duration) {
        Timer::after(duration).await;
    }

    async fn timeout<F: Future>(duration: Duration, future: F) -> Option<F::Output> {
        let done = async { Some(future.await) };
        let late = async {
            Timer::after(duration).await;
            None
        };
        done.or(late).await
    }

    fn unix(socket: UnixStream) -> Self::Unix {
        Io(Async::new_nonblocking(socket).expect("a socket can be waited for"))
    }

    fn tcp(socket: TcpStream) -> Self::Tcp {
        Io(Async::new_nonblocking(socket).expect("a socket can be waited for"))
    }
}
