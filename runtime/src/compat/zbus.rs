//! [zbus](https://docs.rs/zbus) 6, D-Bus in Rust, on our loop.
//!
//! Give a [`Runtime`] to the connection's builder. The runtime then runs the connection's socket, tasks and timers, and zbus
//! starts no thread for them:
//!
//! ```no_run
//! use glib_coro::compat::zbus::Runtime;
//!
//! # fn main() -> zbus::Result<()> { glib_coro::block_on(async {
//! let connection = zbus::connection::Builder::session()
//!     .runtime(Runtime::current())
//!     .build()
//!     .await?;
//! println!("we are {:?}", connection.unique_name());
//! # Ok(()) }) }
//! ```
//!
//! Depend on zbus with `default-features = false` and the features that you use (`proxy`, `service`, ..). Otherwise
//! zbus's own runtime is compiled too.
//!
//! Two operations have no asynchronous form, looking up a host name and looking up the groups of a peer. They run on a
//! thread of [`unblock`](crate::unblock()).

use std::fmt;
use std::future::Future;
use std::io;
use std::net::{SocketAddr, TcpStream};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::panic::Location;
use std::path::Path;
use std::pin::Pin;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use zbus::runtime::traits::{self, PollIo, TaskHandle};
use zbus::runtime::{Interest, IoSource};

use crate::core::Core;
use crate::core::current::poll_proceed;
use crate::core::source::{Direction, Source};
use crate::io::Async;
use crate::process;
use crate::runtime::Handle;
use crate::task::{Builder, JoinHandle};
use crate::time::{Sleep, sleep};
use crate::unblock;

/// A runtime of ours as zbus sees it.
///
/// Await what zbus returns in coroutines of ours, on any of their threads: a time-out for method calls needs
/// one to run in.
#[derive(Clone, Debug)]
pub struct Runtime(Handle);

impl Runtime {
    /// The runtime behind a handle.
    pub fn new(handle: Handle) -> Self {
        Self(handle)
    }

    /// The thread's current runtime.
    ///
    /// # Panics
    ///
    /// As [`Handle::current`].
    #[track_caller]
    pub fn current() -> Self {
        Self(Handle::current())
    }

    /// Runs a future on the runtime, whoever awaits it.
    async fn run<T: Send + 'static>(
        &self,
        future: impl Future<Output = io::Result<T>> + Send + 'static,
    ) -> io::Result<T> {
        let running = self.0.spawn(future).abort_on_drop();
        running.await.map_err(io::Error::other)?
    }
}

impl From<Handle> for Runtime {
    fn from(handle: Handle) -> Self {
        Self::new(handle)
    }
}

impl traits::Runtime for Runtime {
    type RegisteredIoSource = Registration;
    type Sleep = Sleep;
    type Task<T>
        = Task<T>
    where
        T: Send + 'static;

    fn register_io_source(&self, io: IoSource) -> io::Result<Registration> {
        let core = self.0.core().clone();
        let source = core.reactor.register(io.as_fd())?;
        Ok(Registration { core, source, io })
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        sleep(duration)
    }

    #[track_caller]
    fn spawn<T>(&self, name: &str, future: impl Future<Output = T> + Send + 'static) -> Task<T>
    where
        T: Send + 'static,
    {
        let spec = Builder::new()
            .name(format!("zbus: {name}"))
            .into_spec(Location::caller());
        Task(Some(JoinHandle::spawn_send(
            self.0.core(),
            &spec,
            None,
            future,
        )))
    }

    async fn connect_tcp(&self, address: SocketAddr) -> io::Result<IoSource> {
        self.run(async move {
            let stream = Async::<TcpStream>::connect(address).await?;
            Ok(OwnedFd::from(stream.into_inner()?).into())
        })
        .await
    }

    async fn connect_unix(&self, path: &Path) -> io::Result<IoSource> {
        let path = path.to_owned();
        self.run(async move {
            let stream = Async::<UnixStream>::connect(path).await?;
            Ok(OwnedFd::from(stream.into_inner()?).into())
        })
        .await
    }

    fn spawn_process(
        &self,
        command: Command,
        stdin: Stdio,
        stdout: Stdio,
        stderr: Stdio,
    ) -> io::Result<Pin<Box<dyn Future<Output = io::Result<ExitStatus>> + Send>>> {
        let mut command = process::Command::from(command);
        command.stdin(stdin).stdout(stdout).stderr(stderr);
        let child = command.spawn_on(self.0.core().clone());
        // It holds copies of the streams, whose readers wait for all of them to be closed.
        drop(command);
        let mut child = child?;
        Ok(Box::pin(async move { child.wait().await }))
    }

    fn spawn_blocking<T>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Pin<Box<dyn Future<Output = T> + Send>>
    where
        T: Send + 'static,
    {
        Box::pin(unblock(work))
    }
}

/// A socket or pipe of zbus's, watched by the runtime.
pub struct Registration {
    core: Arc<Core>,
    source: Arc<Source>,
    io: IoSource,
}

impl PollIo for Registration {
    fn poll_io<T>(
        &self,
        cx: &mut Context<'_>,
        interest: Interest,
        mut operation: impl FnMut() -> io::Result<T>,
    ) -> Poll<io::Result<T>> {
        ready!(poll_proceed(cx));
        let direction = match interest {
            Interest::Writable => Direction::Write,
            // There is no third.
            _ => Direction::Read,
        };
        loop {
            let (ready, tick) = self.source.state(direction);
            if self.source.is_dead() {
                let why = "the runtime that serves this D-Bus connection has ended";
                return Poll::Ready(Err(io::Error::new(io::ErrorKind::NotConnected, why)));
            }
            if ready {
                match operation() {
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                        self.source.clear(direction, tick);
                    }
                    result => return Poll::Ready(result),
                }
            }
            ready!(self.source.poll_event(direction, tick, cx));
        }
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        self.core.reactor.release(&self.source, self.io.as_fd());
    }
}

impl fmt::Debug for Registration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Registration").field(&self.io).finish()
    }
}

/// A coroutine of zbus's. Dropping it aborts the coroutine.
#[derive(Debug)]
pub struct Task<T>(Option<JoinHandle<T>>);

impl<T> Future for Task<T> {
    type Output = io::Result<T>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let handle = self.0.as_mut().expect("taken by `detach` only");
        Pin::new(handle).poll(cx).map_err(io::Error::other)
    }
}

impl<T: Send + 'static> TaskHandle<T> for Task<T> {
    fn detach(mut self) {
        drop(self.0.take());
    }
}

impl<T> Drop for Task<T> {
    fn drop(&mut self) {
        if let Some(handle) = &self.0 {
            handle.abort();
        }
    }
}
