//! Ctrl-C and the like, while an application runs.

#![allow(
    unsafe_code,
    reason = "g_unix_signal_add_full has its binding in a crate of its own, glib-unix; every block says why it is sound"
)]

use std::ffi::c_int;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use glib::SourceId;
use glib::ffi::{self, GDestroyNotify, GSourceFunc, gpointer};
use glib::translate::from_glib;

use crate::core::log_panic;

const SIGINT: c_int = 2;
const SIGTERM: c_int = 15;

unsafe extern "C" {
    // In libglib-2.0, which glib-sys links.
    fn g_unix_signal_add_full(
        priority: c_int,
        signum: c_int,
        handler: GSourceFunc,
        user_data: gpointer,
        notify: GDestroyNotify,
    ) -> u32;
}

type Callback = Rc<dyn Fn()>;

/// Listens to SIGINT and SIGTERM until it is dropped.
pub(super) struct Interrupts([Option<SourceId>; 2]);

impl Interrupts {
    /// Has `callback` called by the default main context, which this thread must own for as long as this lives.
    pub(super) fn listen(callback: impl Fn() + 'static) -> Self {
        let callback: Callback = Rc::new(callback);
        Self([SIGINT, SIGTERM].map(|signal| Some(listen(signal, callback.clone()))))
    }
}

impl Drop for Interrupts {
    fn drop(&mut self) {
        for source in &mut self.0 {
            if let Some(source) = source.take() {
                source.remove();
            }
        }
    }
}

fn listen(signal: c_int, callback: Callback) -> SourceId {
    let callback = Box::into_raw(Box::new(callback));
    // SAFETY: GLib watches both signals. It owns the box until it calls `let_go`, once, and calls `interrupted` only on the
    // thread that iterates the default context: this one, which owns the context until the source has been removed.
    unsafe {
        from_glib(g_unix_signal_add_full(
            ffi::G_PRIORITY_DEFAULT,
            signal,
            Some(interrupted),
            callback.cast(),
            Some(let_go),
        ))
    }
}

unsafe extern "C" fn interrupted(callback: gpointer) -> ffi::gboolean {
    // SAFETY: the box that `listen` made, which lives until `let_go`.
    let callback = unsafe { &*callback.cast::<Callback>() }.clone();
    if let Err(payload) = catch_unwind(AssertUnwindSafe(|| callback())) {
        log_panic("the end of an interrupted application", payload);
    }
    ffi::G_SOURCE_CONTINUE
}

unsafe extern "C" fn let_go(callback: gpointer) {
    // SAFETY: the box that `listen` made, given back once.
    drop(unsafe { Box::from_raw(callback.cast::<Callback>()) });
}
