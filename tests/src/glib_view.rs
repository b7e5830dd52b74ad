//! What GLib itself says about a context, independently of the runtime's metrics.

#![allow(
    unsafe_code,
    reason = "GLib's functions for event loop implementors have no safe binding"
)]

use std::cell::RefCell;
use std::sync::{LazyLock, Mutex};
use std::time::Duration;

use glib::translate::{ToGlibPtr, from_glib_none};
use glib::{ControlFlow, MainContext, Priority, Source, ffi};

/// Every source attached to a context: the numbers that GLib has given in it, from 1 up, are tried one by one.
pub fn sources(context: &MainContext) -> Vec<Source> {
    let last = glib::timeout_source_new(Duration::ZERO, None, Priority::LOW, || ControlFlow::Break);
    let end = last.attach(Some(context)).as_raw();
    last.destroy();
    let context = context.to_glib_none();
    (1..end)
        .filter_map(|id| {
            // SAFETY: any number may be asked for; the context is alive; the source, if there is one,
            // is alive too, as nobody else touches the context of a test. It is referenced at once.
            unsafe {
                let source = ffi::g_main_context_find_source_by_id(context.0, id);
                (!source.is_null()).then(|| from_glib_none(source))
            }
        })
        .collect()
}

/// The descriptors that the context would poll now, its own eventfd included.
pub fn polled_descriptors(context: &MainContext) -> Vec<i32> {
    let _owned = context.acquire().expect("the test owns its context");
    let raw = context.to_glib_none();
    let mut fds: Vec<ffi::GPollFD> = Vec::new();
    // SAFETY: the protocol of prepare, query and check, on a context that this thread has acquired. The
    // buffer has the room that is stated.
    unsafe {
        let mut priority = 0;
        ffi::g_main_context_prepare(raw.0, &raw mut priority);
        let mut timeout = 0;
        loop {
            let room = fds.capacity() as i32;
            let needed = ffi::g_main_context_query(
                raw.0,
                i32::MAX,
                &raw mut timeout,
                fds.as_mut_ptr(),
                room,
            );
            if needed <= room {
                fds.set_len(needed as usize);
                break;
            }
            fds.reserve(needed as usize);
        }
        for fd in &mut fds {
            fd.revents = 0;
        }
        ffi::g_main_context_check(raw.0, priority, fds.as_mut_ptr(), fds.len() as i32);
    }
    fds.iter().map(|fd| fd.fd).collect()
}

type BeforePoll = Box<dyn FnMut()>;

thread_local! {
    static BEFORE_POLL: RefCell<Option<BeforePoll>> = const { RefCell::new(None) };
}

/// Has a function called between each prepare and poll of a context that this thread iterates.
pub fn before_each_poll(context: &MainContext, function: impl FnMut() + 'static) {
    unsafe extern "C" fn poll(fds: *mut ffi::GPollFD, n: u32, timeout: i32) -> i32 {
        BEFORE_POLL.with_borrow_mut(|function| {
            if let Some(function) = function {
                function();
            }
        });
        // SAFETY: GLib's arguments, passed on to GLib's own poll.
        unsafe { ffi::g_poll(fds, n, timeout) }
    }
    BEFORE_POLL.set(Some(Box::new(function)));
    // SAFETY: the function has the signature of a `GPollFunc` and lives for ever.
    unsafe { ffi::g_main_context_set_poll_func(context.to_glib_none().0, Some(poll)) };
}

static LOGGED: LazyLock<Mutex<Vec<(glib::LogLevel, String)>>> = LazyLock::new(|| {
    glib::log_set_writer_func(|level, fields| {
        let field = |name| {
            let field = fields.iter().find(|field| field.key() == name);
            field
                .and_then(|field| field.value_str())
                .unwrap_or_default()
        };
        if field("GLIB_DOMAIN") == "glib-coro" {
            LOGGED
                .lock()
                .unwrap()
                .push((level, field("MESSAGE").to_owned()));
            return glib::LogWriterOutput::Handled;
        }
        glib::log_writer_default(level, fields)
    });
    Mutex::default()
});

/// Takes over GLib's log for the rest of the process. For tests that have it to themselves.
pub fn capture_log() {
    LazyLock::force(&LOGGED);
}

/// What the runtime logged since [`capture_log`] or the last call.
pub fn take_log() -> Vec<(glib::LogLevel, String)> {
    std::mem::take(&mut *LOGGED.lock().unwrap())
}
