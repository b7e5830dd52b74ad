//! Functions that the kernel calls when a signal comes.

#![allow(
    unsafe_code,
    reason = "signal handlers; every block says why it is sound"
)]

use std::io;

use rustix::process::getpid;
use signal_hook_registry::{SigId, register, unregister};

/// A function among those that are called when a signal comes, until this is dropped.
#[derive(Debug)]
pub(crate) struct Handler(SigId);

impl Handler {
    /// Has `action` called when the signal comes, besides whatever else listens for it. `action` must
    /// keep to what POSIX allows in a signal handler, and not panic. It is not called in forked children.
    pub(crate) fn install(
        signal: i32,
        action: impl Fn() + Send + Sync + 'static,
    ) -> io::Result<Self> {
        #[cfg(feature = "glib")]
        super::glib::claim(signal)?;
        let process = getpid();
        Self::stack(signal, move || {
            // A forked child has the handlers until it calls `exec`, and what they write to is its parent's.
            if getpid() == process {
                action();
            }
        })
    }

    /// As `install`, for who takes care of GLib.
    pub(super) fn stack(
        signal: i32,
        action: impl Fn() + Send + Sync + 'static,
    ) -> io::Result<Self> {
        // SAFETY: there are three callers: the one in `mod.rs` swaps an atomic flag and writes to a descriptor,
        // the one in `runtime/dump_signal.rs` writes to a descriptor, both after `install` has asked for the
        // process's number, and the one in `glib.rs` calls a signal handler. None of them panics or blocks.
        let id = unsafe { register(signal, action) };
        id.map(Self).map_err(|error| explain(signal, error))
    }
}

impl Drop for Handler {
    fn drop(&mut self) {
        unregister(self.0);
    }
}

/// Says what an error of `sigaction` means.
pub(super) fn explain(signal: i32, error: io::Error) -> io::Error {
    if error.kind() == io::ErrorKind::InvalidInput {
        let why = format!(
            "signal {signal} does not exist or is the C library's own; use one of `SignalKind`'s functions, \
             or a number that `kill -l` lists"
        );
        return io::Error::new(io::ErrorKind::InvalidInput, why);
    }
    error
}
