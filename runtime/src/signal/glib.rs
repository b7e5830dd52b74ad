//! GLib's share in signals.
//!
//! GLib installs its handler with the first source for a signal, whatever handler there is, and puts the
//! default back with the last. A source of ours that is never destroyed, and need not be attached to any
//! context for this, keeps both from happening later. Other handlers are then stacked upon GLib's, and
//! call it.

#![allow(
    unsafe_code,
    reason = "sigaction and g_unix_signal_source_new have no safe binding here; every block says why it is sound"
)]

use std::ffi::c_int;
use std::io;
use std::mem;
use std::ptr;

use glib::ffi::GSource;
use glib::translate::from_glib_full;

use super::handler::{Handler, explain};
use crate::core::lock::Lock;

/// What GLib can watch, all of it since 2.54.
const KNOWN_TO_GLIB: [c_int; 6] = [
    libc::SIGHUP,
    libc::SIGINT,
    libc::SIGTERM,
    libc::SIGUSR1,
    libc::SIGUSR2,
    libc::SIGWINCH,
];

/// The signals that are claimed, each with what keeps GLib's handler in place. Never emptied.
static CLAIMS: Lock<Vec<Claim>> = Lock::new(Vec::new());

struct Claim {
    signal: c_int,
    _source: glib::Source,
    _relay: Option<Handler>,
}

unsafe extern "C" {
    // In libglib-2.0, which glib-sys links; its binding is in the crate glib-unix, two crates for one
    // function.
    fn g_unix_signal_source_new(signum: c_int) -> *mut GSource;
}

/// Has GLib install its handler now and never again, if it knows the signal.
pub(super) fn claim(signal: c_int) -> io::Result<()> {
    let mut claims = CLAIMS.lock();
    if !KNOWN_TO_GLIB.contains(&signal) || claims.iter().any(|claim| claim.signal == signal) {
        return Ok(());
    }
    let before = action(signal)?;
    // SAFETY: the signal is one of those that the function accepts. The one reference that it returns
    // passes to the wrapper.
    let source: glib::Source = unsafe { from_glib_full(g_unix_signal_source_new(signal)) };
    let glibs = action(signal)?;
    let displaced = before.sa_sigaction != glibs.sa_sigaction
        && ![libc::SIG_DFL, libc::SIG_IGN].contains(&before.sa_sigaction);
    let relay = if displaced {
        // GLib would never call it. So it goes back into its place, and GLib's is called beside it.
        set_action(signal, &before)?;
        // SAFETY: without `SA_SIGINFO`, as GLib installs it, a handler is a function of this signature.
        let handler = unsafe { mem::transmute::<usize, extern "C" fn(c_int)>(glibs.sa_sigaction) };
        Some(Handler::stack(signal, move || handler(signal))?)
    } else {
        None
    };
    claims.push(Claim {
        signal,
        _source: source,
        _relay: relay,
    });
    Ok(())
}

fn action(signal: c_int) -> io::Result<libc::sigaction> {
    // SAFETY: a C struct of numbers and a pointer that may be null; `sigaction` fills it in, and with a
    // null pointer for the new action changes nothing.
    unsafe {
        let mut action: libc::sigaction = mem::zeroed();
        check(
            signal,
            libc::sigaction(signal, ptr::null(), &raw mut action),
        )?;
        Ok(action)
    }
}

fn set_action(signal: c_int, action: &libc::sigaction) -> io::Result<()> {
    // SAFETY: the action is one that was installed before.
    check(signal, unsafe {
        libc::sigaction(signal, action, ptr::null_mut())
    })
}

fn check(signal: c_int, result: c_int) -> io::Result<()> {
    if result == 0 {
        Ok(())
    } else {
        Err(explain(signal, io::Error::last_os_error()))
    }
}
