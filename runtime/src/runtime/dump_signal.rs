//! The dump on SIGUSR2, where `GLIB_CORO_DEBUG` asks for insight.

use std::io::{self, PipeReader, Read, Write, pipe};
use std::sync::OnceLock;
use std::thread;

use rustix::io::ioctl_fionbio;
use rustix::process::Signal;

use crate::core::{Core, Level, registry};
use crate::signal::Handler;
use crate::task::dump;

/// Has SIGUSR2 print the dump of every runtime of the process on standard error, from the first call on.
///
/// A thread of its own does that, because the signal is wanted most where a coroutine does not return and the
/// loop is stuck. Other handlers of the signal are called as before.
pub(super) fn install(core: &Core) {
    static HANDLER: OnceLock<Option<Handler>> = OnceLock::new();
    HANDLER.get_or_init(|| match try_install() {
        Ok(handler) => Some(handler),
        Err(error) => {
            let message = format!("there will be no dump on SIGUSR2: {error}");
            core.log(Level::Warning, &message);
            None
        }
    });
}

fn try_install() -> io::Result<Handler> {
    let (reader, writer) = pipe()?;
    // A pipe that is full holds signals enough.
    ioctl_fionbio(&writer, true)?;
    thread::Builder::new()
        .name("glib-coro dump".to_owned())
        .spawn(move || serve(reader))?;
    // Runs in the signal handler: a system call, nothing else.
    Handler::install(Signal::USR2.as_raw(), move || {
        let _ = rustix::io::write(&writer, b"!");
    })
}

fn serve(mut signals: PipeReader) {
    // Signals that came while the last dump was printed count as one.
    while signals.read(&mut [0; 64]).is_ok_and(|read| read > 0) {
        for core in registry::all() {
            // In one write, so that nothing stands in between.
            let line = dump::render(&core) + "\n";
            let _ = io::stderr().write_all(line.as_bytes());
        }
    }
}
