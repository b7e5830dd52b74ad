//! glib-coro, on each of its own loops.

use std::future::Future;
use std::os::unix::net::UnixStream;
use std::time::Duration;

use futures_util::{AsyncReadExt, AsyncWriteExt, FutureExt};
use glib_coro::event_loop::Standalone;
use glib_coro::{Async, Runtime};

use super::Contestant;

/// What is the same on every loop: all but the loop.
macro_rules! ours {
    ($(#[$attribute:meta])* $type:ident, $name:literal, $builder:ident => $built:expr) => {
        $(#[$attribute])*
        #[derive(Debug)]
        pub struct $type(Runtime);

        $(#[$attribute])*
        impl Contestant for $type {
            const NAME: &'static str = $name;

            type Stream = Async<UnixStream>;

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

            fn pair() -> (Self::Stream, Self::Stream) {
                let (one, other) = UnixStream::pair().expect("a socket pair");
                let register = |end| Async::new(end).expect("a socket can be waited for");
                (register(one), register(other))
            }

            async fn read(stream: &mut Self::Stream) -> u8 {
                let mut byte = [0];
                stream.read_exact(&mut byte).await.expect("a byte");
                byte[0]
            }

            async fn write(stream: &mut Self::Stream, byte: u8) {
                stream.write_all(&[byte]).await.expect("room for a byte");
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
