//! Who takes part: one file per runtime, all with their defaults.

#[cfg(feature = "glib")]
mod glib_rs;
mod ours;
#[cfg(feature = "peers")]
mod smol;
#[cfg(feature = "peers")]
mod tokio;

use std::future::Future;
use std::net::TcpStream;
use std::os::unix::net::UnixStream;
use std::time::Duration;

#[cfg(feature = "glib")]
pub use self::glib_rs::GlibRs;
#[cfg(feature = "glib")]
pub use self::ours::OursOnGLib;
pub use self::ours::OursOnStandalone;
#[cfg(feature = "peers")]
pub use self::smol::Smol;
#[cfg(feature = "peers")]
pub use self::tokio::{TokioLocal, TokioLocalSet};

/// The name of the work done by hand, beside those of the contestants.
pub const FLOOR: &str = "floor";

/// A runtime on the calling thread. All but [`block_on`](Self::block_on) is called from inside that.
pub trait Contestant: Sized + 'static {
    /// How it is called in the tables.
    const NAME: &'static str;

    /// One end of a Unix socket pair.
    type Unix: Stream;

    /// One end of a TCP connection.
    type Tcp: Stream;

    /// A runtime with nothing in it.
    fn new() -> Self;

    /// Runs the loop until the future is done.
    fn block_on<F: Future>(&self, future: F) -> F::Output;

    /// Spawns a task; the future that is returned joins it, and lets go of it when it is dropped.
    fn spawn<F>(future: F) -> impl Future<Output = F::Output> + 'static
    where
        F: Future + 'static,
        F::Output: 'static;

    /// Spawns a task that nobody joins.
    fn detach(future: impl Future<Output = ()> + 'static) {
        drop(Self::spawn(future));
    }

    /// Lets the other tasks run.
    fn yield_now() -> impl Future<Output = ()> + 'static;

    /// Sleeps.
    fn sleep(duration: Duration) -> impl Future<Output = ()> + 'static;

    /// Waits for a future, but not for ever: `None` if the time was up.
    fn timeout<F: Future>(duration: Duration, future: F)
    -> impl Future<Output = Option<F::Output>>;

    /// A stream of its own around a socket, which is non-blocking.
    fn unix(socket: UnixStream) -> Self::Unix;

    /// A stream of its own around a socket, which is non-blocking.
    fn tcp(socket: TcpStream) -> Self::Tcp;
}

/// What is read and written.
pub trait Stream: 'static {
    /// Fills the buffer.
    fn read(&mut self, buffer: &mut [u8]) -> impl Future<Output = ()>;

    /// Writes it all.
    fn write(&mut self, buffer: &[u8]) -> impl Future<Output = ()>;
}

/// The stream of a contestant that has those of futures-io.
#[derive(Debug)]
pub struct Io<T>(T);

impl<T> Stream for Io<T>
where
    T: futures_util::AsyncRead + futures_util::AsyncWrite + Unpin + 'static,
{
    async fn read(&mut self, buffer: &mut [u8]) {
        futures_util::AsyncReadExt::read_exact(&mut self.0, buffer)
            .await
            .expect("the other end lives");
    }

    async fn write(&mut self, buffer: &[u8]) {
        futures_util::AsyncWriteExt::write_all(&mut self.0, buffer)
            .await
            .expect("the other end lives");
    }
}

/// Two connected sockets, not blocking.
pub fn unix_pair() -> (UnixStream, UnixStream) {
    let (near, far) = UnixStream::pair().expect("a socket pair");
    for end in [&near, &far] {
        end.set_nonblocking(true).expect("a socket can do that");
    }
    (near, far)
}

/// Gives a contestant one idle descriptor and one far timer, so that nobody skips its poll for free.
pub fn burden<C: Contestant>() {
    let (ours, theirs) = unix_pair();
    // Open as long as the process lives: closing it would end the wait.
    std::mem::forget(theirs);
    let mut ours = C::unix(ours);
    C::detach(async move {
        let mut byte = [0];
        futures_util::join!(ours.read(&mut byte), C::sleep(FAR));
    });
}

/// Longer than any benchmark takes.
pub const FAR: Duration = Duration::from_secs(3600);

/// Something for every contestant, whose type has the name given, together with the contestant's name.
#[macro_export]
macro_rules! everybody {
    ($C:ident => $value:expr) => {{
        let mut all = Vec::new();
        #[cfg(feature = "glib")]
        $crate::everybody!(@ all, $C, OursOnGLib, $value);
        $crate::everybody!(@ all, $C, OursOnStandalone, $value);
        #[cfg(feature = "glib")]
        $crate::everybody!(@ all, $C, GlibRs, $value);
        #[cfg(feature = "peers")]
        {
            $crate::everybody!(@ all, $C, TokioLocalSet, $value);
            $crate::everybody!(@ all, $C, TokioLocal, $value);
            $crate::everybody!(@ all, $C, Smol, $value);
        }
        all
    }};
    (@ $all:ident, $C:ident, $type:ident, $value:expr) => {{
        type $C = $crate::contestants::$type;
        $all.push((<$C as $crate::contestants::Contestant>::NAME, $value));
    }};
}
