//! Which signal.

use std::io;

/// A signal, by its number.
///
/// ```
/// use glib_coro::signal::SignalKind;
///
/// assert_eq!(SignalKind::terminate().as_raw_value(), libc::SIGTERM);
/// assert_eq!(SignalKind::from_raw(libc::SIGTERM), SignalKind::terminate());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SignalKind(i32);

impl SignalKind {
    /// The signal of this number: one of those without a function here, `SIGTSTP` or a real-time signal
    /// for instance. [`unix`](super::unix()) says whether it can be listened for.
    pub const fn from_raw(number: i32) -> Self {
        Self(number)
    }

    /// The number.
    pub const fn as_raw_value(self) -> i32 {
        self.0
    }

    /// SIGALRM: a timer of `alarm` or `setitimer` is due.
    pub const fn alarm() -> Self {
        Self(libc::SIGALRM)
    }

    /// SIGHUP: the terminal is gone; daemons read their configuration again.
    pub const fn hangup() -> Self {
        Self(libc::SIGHUP)
    }

    /// SIGINT: Ctrl-C.
    pub const fn interrupt() -> Self {
        Self(libc::SIGINT)
    }

    /// SIGIO: a descriptor in asynchronous mode is ready.
    pub const fn io() -> Self {
        Self(libc::SIGIO)
    }

    /// SIGPIPE: somebody wrote to a pipe that nobody reads. Rust programs ignore it from the start.
    pub const fn pipe() -> Self {
        Self(libc::SIGPIPE)
    }

    /// SIGQUIT: Ctrl-\.
    pub const fn quit() -> Self {
        Self(libc::SIGQUIT)
    }

    /// SIGTERM: the request to end.
    pub const fn terminate() -> Self {
        Self(libc::SIGTERM)
    }

    /// SIGUSR1: whatever the program makes of it.
    pub const fn user_defined1() -> Self {
        Self(libc::SIGUSR1)
    }

    /// SIGUSR2: whatever the program makes of it.
    pub const fn user_defined2() -> Self {
        Self(libc::SIGUSR2)
    }

    /// SIGWINCH: the terminal's size has changed.
    pub const fn window_change() -> Self {
        Self(libc::SIGWINCH)
    }

    /// Refuses what must not be listened for.
    pub(super) fn check(self) -> io::Result<()> {
        let (name, why) = match self.0 {
            libc::SIGKILL => (
                "SIGKILL",
                "cannot be caught; listen for SIGTERM, the request to end that can be",
            ),
            libc::SIGSTOP => (
                "SIGSTOP",
                "cannot be caught; listen for SIGTSTP, which Ctrl-Z sends",
            ),
            libc::SIGSEGV => ("SIGSEGV", FAULT),
            libc::SIGBUS => ("SIGBUS", FAULT),
            libc::SIGILL => ("SIGILL", FAULT),
            libc::SIGFPE => ("SIGFPE", FAULT),
            libc::SIGCHLD => (
                "SIGCHLD",
                "belongs to GLib's child watch; to wait for a process start it with \
                 `glib_coro::process::Command`, or use `glib::child_watch_future`",
            ),
            _ => return Ok(()),
        };
        Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            format!("{name} {why}"),
        ))
    }
}

const FAULT: &str = "tells of a fault at the very instruction that would be tried again, so that no \
                     coroutine could run; do what a crash needs in a handler of your own, set with `sigaction`";

impl From<i32> for SignalKind {
    fn from(number: i32) -> Self {
        Self::from_raw(number)
    }
}

impl From<SignalKind> for i32 {
    fn from(kind: SignalKind) -> Self {
        kind.as_raw_value()
    }
}
