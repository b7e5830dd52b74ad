//! Who takes part: one file per runtime, all with their defaults.

#[cfg(feature = "glib")]
mod glib_rs;
mod ours;
mod tokio;

use std::future::Future;
use std::time::Duration;

#[cfg(feature = "glib")]
pub use self::glib_rs::GlibRs;
#[cfg(feature = "glib")]
pub use self::ours::OursOnGLib;
pub use self::ours::OursOnStandalone;
pub use self::tokio::Tokio;

/// A runtime on the calling thread. All but [`block_on`](Self::block_on) is called from inside that.
pub trait Contestant: Sized + 'static {
    /// How it is called in the tables.
    const NAME: &'static str;

    /// One end of a connection.
    type Stream: 'static;

    /// A runtime with nothing in it.
    fn new() -> Self;

    /// Runs the loop until the future is done.
    fn block_on<F: Future>(&self, future: F) -> F::Output;

    /// Spawns a task; the future that is returned joins it.
    fn spawn<F>(future: F) -> impl Future<Output = F::Output> + 'static
    where
        F: Future + 'static,
        F::Output: 'static;

    /// Lets the other tasks run.
    fn yield_now() -> impl Future<Output = ()> + 'static;

    /// Sleeps.
    fn sleep(duration: Duration) -> impl Future<Output = ()> + 'static;

    /// Two connected non-blocking sockets.
    fn pair() -> (Self::Stream, Self::Stream);

    /// Reads one byte.
    fn read(stream: &mut Self::Stream) -> impl Future<Output = u8>;

    /// Writes one byte.
    fn write(stream: &mut Self::Stream, byte: u8) -> impl Future<Output = ()>;
}

/// Gives a contestant one idle descriptor and one far timer, so that nobody skips its poll for free.
/// What is returned keeps the other end of the descriptor open.
pub fn burden<C: Contestant>() -> impl Sized + 'static {
    let (mut ours, theirs) = C::pair();
    drop(C::spawn(async move {
        futures_util::join!(C::read(&mut ours), C::sleep(FAR));
    }));
    theirs
}

/// Longer than any benchmark takes.
pub const FAR: Duration = Duration::from_secs(3600);
