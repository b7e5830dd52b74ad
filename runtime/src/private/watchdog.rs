//! `#[glib_coro::test(timeout = "…")]`: ends a test that hangs, by the real clock.

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::process;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::core::Core;

/// How long a test that was ended has at least, on a machine that is busy, to get there.
const GRACE: Duration = Duration::from_secs(5);

/// A thread that waits for a test to end.
///
/// After the time it ends the test's `block_on` with a panic. Where that cannot help, because a poll does not return, it ends the
/// process after the same time once more, or [`GRACE`]: nothing else would ever say which test it was.
pub(super) struct Watchdog {
    /// Dropped to say that the test has ended.
    ended: Option<Sender<()>>,
    thread: Option<JoinHandle<Option<String>>>,
}

impl Watchdog {
    pub(super) fn watch(test: &'static str, timeout: Duration, core: &Arc<Core>) -> Self {
        let (ended, end) = channel();
        let core = core.clone();
        let thread = thread::Builder::new()
            .name(format!("timeout of {test}"))
            .spawn(move || guard(test, timeout, &core, &end))
            .unwrap_or_else(|error| panic!("cannot watch over `{test}`: {error}"));
        Self {
            ended: Some(ended),
            thread: Some(thread),
        }
    }

    /// Says that the test has ended. What there is to say if that was too late.
    pub(super) fn end(mut self) -> Option<String> {
        self.join()
    }

    fn join(&mut self) -> Option<String> {
        drop(self.ended.take());
        self.thread.take()?.join().ok().flatten()
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        self.join();
    }
}

fn guard(test: &str, timeout: Duration, core: &Core, end: &Receiver<()>) -> Option<String> {
    if end.recv_timeout(timeout) == Err(RecvTimeoutError::Disconnected) {
        return None;
    }
    let verdict = verdict(test, timeout, core);
    // A panic that is resumed says nothing by itself.
    eprintln!("{verdict}");
    core.condemn(Box::new(verdict.clone()));
    if end.recv_timeout(timeout.max(GRACE)) == Err(RecvTimeoutError::Disconnected) {
        return Some(verdict);
    }
    // Past the harness, which keeps what a test prints and will never show it.
    let _ = writeln!(
        io::stderr(),
        "{verdict}\none of them does not return from its poll; the process ends here"
    );
    process::abort();
}

fn verdict(test: &str, timeout: Duration, core: &Core) -> String {
    let mut text = format!("`{test}` did not end within {timeout:?}; these coroutines still wait:");
    for info in core.inventory() {
        let location = info.location();
        let _ = match info.name() {
            Some(name) => write!(text, "\n  `{name}`, spawned at {location}"),
            None => write!(text, "\n  {}, spawned at {location}", info.id()),
        };
    }
    text
}
