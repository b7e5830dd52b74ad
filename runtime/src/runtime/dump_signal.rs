//! The dump on SIGUSR2, where `GLIB_CORO_DEBUG` asks for insight.

#![allow(
    unsafe_code,
    reason = "what a signal handler may do, see the one block below"
)]

use std::io::{self, PipeReader, Read, Write, pipe};
use std::sync::Once;
use std::thread;

use rustix::io::ioctl_fionbio;
use rustix::process::{Signal, getpid};

use crate::core::{Core, Level, registry};
use crate::task::dump;

/// Has SIGUSR2 print the dump of every runtime of the process on standard error, from the first call on.
///
/// A thread of its own does that, because the signal is wanted most where a coroutine does not return and the
/// loop is stuck. Other handlers of the signal are called as before.
pub(super) fn install(core: &Core) {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        if let Err(error) = try_install() {
            let message = format!("there will be no dump on SIGUSR2: {error}");
            core.log(Level::Warning, &message);
        }
    });
}

fn try_install() -> io::Result<()> {
    let (reader, writer) = pipe()?;
    // A pipe that is full holds signals enough.
    ioctl_fionbio(&writer, true)?;
    thread::Builder::new()
        .name("glib-coro dump".to_owned())
        .spawn(move || serve(reader))?;
    let process = getpid();
    let action = move || {
        // A forked child has the pipe, too, but not the thread.
        if getpid() == process {
            let _ = rustix::io::write(&writer, b"!");
        }
    };
    // SAFETY: the action may run inside a signal handler: it is `getpid` and one `write` on a descriptor that it
    // owns, which are async-signal-safe and do not block.
    unsafe { signal_hook_registry::register(Signal::USR2.as_raw(), action) }?;
    Ok(())
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
