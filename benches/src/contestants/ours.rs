//! glib-coro, on each of its own loops.

use std::future::Future;
use std::net::TcpStream;
use std::os::unix::net::UnixStream;
use std::time::Duration;

use futures_util::FutureExt;
use glib_coro::event_loop::Standalone;
use glib_coro::{Async, Runtime};

use super::{Contestant, Io};

/// What is the same on every loop: all but the loop.
macro_rules! ours {
    ($(#[$attribute:meta])* $type:ident, $name:literal, $builder:ident => $built:expr) => {
        $(#[$attribute])*
        #[derive(Debug)]
        pub struct $type(Runtime);

        $(#[$attribute])*
        impl Contestant for $type {
            const NAME: &'static str = $name;

            type Unix = Io<Async<UnixStream>>;
            type Tcp = Io<Async<TcpStream>>;

            fn new() -> Self {
                let $builder = Runtime::builder();
                Self($built.build().expect("a runtime of our own"))
            }

            fn block_on<F: Future>(&self, future: F) -> F::Output {
                self.0.block_on(future)
            }

            fn spawn<F>(future: F) -> impl Future<Output = F::Output> + 'static
            where
                F: Future + 'static,
                F::Output: 'static,
            {
                let handle = glib_coro::spawn(future);
                handle.map(|joined| joined.expect("no task fails"))
            }

            fn yield_now() -> impl Future<Output = ()> + 'static {
                glib_coro::yield_now()
            }

            fn sleep(duration: Duration) -> impl Future<Output = ()> + 'static {
                glib_coro::sleep(duration)
            }

            async fn timeout<F: Future>(duration: Duration, future: F) -> Option<F::Output> {
                glib_coro::timeout(duration, future).await.ok()
            }

            fn unix(socket: UnixStream) -> Self::Unix {
                Io(Async::new_nonblocking(socket).expect("a socket can be waited for"))
            }

            fn tcp(socket: TcpStream) -> Self::Tcp {
                Io(Async::new_nonblocking(socket).expect("a socket can be waited for"))
            }
        }
    };
}

ours!(
    /// glib-coro on a `MainContext`.
    #[cfg(feature = "glib")]
    OursOnGLib,
    "glib-coro on GLib",
    builder => builder.main_context(&glib::MainContext::new())
);

ours!(
    /// glib-coro on the built-in loop.
    OursOnStandalone,
    "glib-coro on Standalone",
    builder => builder.event_loop(Standalone::new())
);
