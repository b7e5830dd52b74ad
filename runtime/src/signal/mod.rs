//! Signals of the operating system that can be awaited.
//!
//! [`ctrl_c`] waits for the next Ctrl-C; [`unix`] listens for any signal that can be caught. Any number of
//! listeners, in any number of runtimes and threads, hear of the same signal.
//!
//! ```
//! use glib_coro::signal::{SignalKind, unix};
//!
//! # fn main() -> std::io::Result<()> { glib_coro::block_on(async {
//! let mut reload = unix(SignalKind::hangup())?;
//! # rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::HUP)?;
//! while reload.recv().await.is_some() {
//!     println!("reading the configuration again");
//! #   break;
//! }
//! # Ok(()) }) }
//! ```
//!
//! # What happens to the signal's default effect
//!
//! The first listener takes it away **for as long as the process runs**: SIGINT, SIGTERM or SIGHUP no longer
//! end the process, even while nobody listens. A signal that comes while nobody listens is lost. So keep one listener
//! and call [`Signal::recv`] again, rather than making a new listener for each signal, and end the
//! program yourself when it is asked to end.
//!
//! # Bursts
//!
//! If several signals of one kind arrive before a listener calls [`Signal::recv`], it is told once. The kernel treats
//! pending signals in the same way.
//!
//! # Forked children
//!
//! A forked child keeps the handlers until it calls `exec`. No listener is told of the signals that it receives, neither in the
//! child nor in its parent.
//!
//! # Neighbours
//!
//! GLib's `g_unix_signal_add`, the crate signal-hook and the crates built on it (such as tokio), and
//! handlers of C libraries may listen for the same signals, before or after this module does: all of them
//! are called. GLib alone would not allow that: it replaces every other handler and, when its last
//! source is destroyed, restores the default effect. Therefore, with the feature `glib`, the first listener
//! for a signal that GLib supports makes GLib install its handler, which then stays for ever; handlers that this
//! displaces are called again before it. One case does not work: if GLib had silenced another signal-hook listener
//! before the first listener of this module was made, this module's listeners for that signal stay silent too.
//!
//! SIGCHLD belongs to GLib's child watch, and is refused.

mod flag;
#[cfg(feature = "glib")]
mod glib;
mod handler;
mod kind;

use std::fmt;
use std::future::{Future, poll_fn};
use std::io;
use std::os::unix::net::UnixStream;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use futures_io::AsyncRead;

use self::flag::Flag;
pub(crate) use self::handler::Handler;
pub use self::kind::SignalKind;
use crate::io::Async;

/// Waits for a Ctrl-C, SIGINT, that comes after this call.
///
/// The call itself makes the listener, so that nothing is missed until the future is polled; and from
/// then on Ctrl-C does not end the process any more, see the [module's page](self).
///
/// ```no_run
/// use glib_coro::{select, signal::ctrl_c, sleep};
/// use futures_util::FutureExt;
/// use std::time::Duration;
///
/// # fn main() -> std::io::Result<()> { glib_coro::block_on(async {
/// select! {
///     () = sleep(Duration::from_secs(3600)).fuse() => println!("done"),
///     pressed = ctrl_c().fuse() => pressed?,
/// }
/// # Ok(()) }) }
/// ```
///
/// # Errors
///
/// As [`unix`]; and `NotConnected` if the runtime ends.
///
/// # Cancel safety
///
/// A Ctrl-C that comes after the future was dropped and before the next call goes unheard. Where that
/// matters keep one [`Signal`].
#[must_use = "futures do nothing unless you `.await` them"]
pub fn ctrl_c() -> impl Future<Output = io::Result<()>> + Send + 'static {
    let interrupts = unix(SignalKind::interrupt());
    async {
        let heard = interrupts?.recv().await;
        heard.ok_or_else(|| io::Error::new(io::ErrorKind::NotConnected, "the runtime has ended"))
    }
}

/// Listens for a signal from now on, until the [`Signal`] is dropped.
///
/// See the [module's page](self) for what it means for the rest of the process.
///
/// ```
/// use glib_coro::signal::{SignalKind, unix};
///
/// # glib_coro::block_on(async {
/// let error = unix(SignalKind::from_raw(libc::SIGKILL)).unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "SIGKILL cannot be caught; listen for SIGTERM, the request to end that can be",
/// );
/// # });
/// ```
///
/// # Errors
///
/// `InvalidInput` for a signal that cannot be caught (SIGKILL, SIGSTOP), that tells of a fault of the
/// program itself (SIGSEGV, SIGBUS, SIGILL, SIGFPE), that is somebody else's (SIGCHLD) or that does not
/// exist. The kernel's, when it refuses descriptors. And if this thread can have no runtime.
pub fn unix(kind: SignalKind) -> io::Result<Signal> {
    kind.check()?;
    let (ours, theirs) = UnixStream::pair()?;
    theirs.set_nonblocking(true)?;
    let receiver = Async::new(ours)?;
    let raised = Arc::new(Flag::new());
    let handler = Handler::install(kind.as_raw_value(), {
        let raised = raised.clone();
        // Runs in the signal handler: an atomic operation and a system call, nothing else.
        move || {
            if raised.raise() {
                // Full it cannot be, with one byte at a time; and there is nobody to tell.
                let _ = rustix::io::write(&theirs, &[0]);
            }
        }
    })?;
    Ok(Signal {
        kind,
        _handler: handler,
        receiver,
        raised,
    })
}

/// A listener for a signal, made by [`unix`].
///
/// It may be asked on any thread and by any runtime, and is a [`Stream`] too.
pub struct Signal {
    kind: SignalKind,
    /// Goes before the receiver, without which what it writes would raise SIGPIPE.
    _handler: Handler,
    /// Readable when there is something to tell.
    receiver: Async<UnixStream>,
    /// Raised by the handler, which writes a byte when it finds the flag down. Lowered here, after the
    /// byte was read, so that there is at most one: a signal in between is part of what is being told.
    raised: Arc<Flag>,
}

impl Signal {
    /// Waits for the next signal. `None`: the runtime has ended, there will be no more.
    ///
    /// ```
    /// use glib_coro::signal::{SignalKind, unix};
    /// use rustix::process::{Signal, getpid, kill_process};
    ///
    /// # fn main() -> std::io::Result<()> { glib_coro::block_on(async {
    /// let mut resized = unix(SignalKind::window_change())?;
    /// kill_process(getpid(), Signal::WINCH)?; // as a terminal does
    /// assert_eq!(resized.recv().await, Some(()));
    /// # Ok(()) }) }
    /// ```
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses no signal.
    pub async fn recv(&mut self) -> Option<()> {
        poll_fn(|cx| self.poll_recv(cx)).await
    }

    /// As [`recv`](Self::recv), for those who write futures by hand.
    pub fn poll_recv(&mut self, cx: &mut Context<'_>) -> Poll<Option<()>> {
        let read = ready!(Pin::new(&mut self.receiver).poll_read(cx, &mut [0; 8]));
        self.raised.lower();
        Poll::Ready(read.ok().map(drop))
    }
}

impl Stream for Signal {
    type Item = ();

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<()>> {
        self.poll_recv(cx)
    }
}

impl fmt::Debug for Signal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signal")
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}
