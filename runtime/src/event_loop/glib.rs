//! The GLib host: one `GSource` per priority in use on a `MainContext`.
//!
//! glib-rs has no safe way to write a source, so this file talks to `glib::ffi`.

#![allow(
    unsafe_code,
    reason = "a custom GSource; every block says why it is sound"
)]

use std::cell::{Cell, OnceCell};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fmt;
use std::io;
use std::os::fd::{AsFd, AsRawFd};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Arc, LazyLock, Weak};

use glib::ffi;
use glib::translate::{IntoGlib, ToGlibPtr, from_glib_full, from_glib_none};

use super::{Driver, EventLoop, Level, Turn};
use crate::core::lock::Lock;
use crate::core::{Core, log_panic};
use crate::task::Priority;

/// A GLib `MainContext` as the host of a runtime.
///
/// Whoever iterates the context drives the coroutines: [`block_on`](crate::Runtime::block_on), a
/// `glib::MainLoop`, or `gio::Application::run`. The runtime is one `GSource`, of priority
/// `G_PRIORITY_DEFAULT`; coroutines of another [`Priority`] bring one more for that priority.
///
/// ```
/// use glib_coro::{Runtime, event_loop::GLib, glib};
///
/// # fn main() -> std::io::Result<()> {
/// let context = glib::MainContext::new();
/// let runtime = Runtime::builder().event_loop(GLib::new(&context)).build()?;
/// assert_eq!(runtime.block_on(async { 6 * 7 }), 42);
/// # Ok(()) }
/// ```
pub struct GLib {
    /// `None`: whichever context is the thread's default when the loop is run. Used for a runtime that
    /// must not keep its context alive.
    context: Option<glib::MainContext>,
    /// The sources own the host, and the context owns the sources.
    host: OnceCell<Weak<Host>>,
}

impl GLib {
    /// A host on `context`.
    pub fn new(context: &glib::MainContext) -> Self {
        Self {
            context: Some(context.clone()),
            host: OnceCell::new(),
        }
    }

    /// A host on `context` that does not keep it alive, and whose sources live as long as it does. To be
    /// attached and run while the context is the thread's default.
    pub(crate) fn entrusted_to(context: &glib::MainContext) -> Self {
        debug_assert_eq!(*context, glib::MainContext::ref_thread_default());
        Self {
            context: None,
            host: OnceCell::new(),
        }
    }

    fn context(&self) -> glib::MainContext {
        self.context
            .clone()
            .unwrap_or_else(glib::MainContext::ref_thread_default)
    }
}

impl EventLoop for GLib {
    fn attach(&self, driver: Driver) -> io::Result<()> {
        let context = self.context();
        match HOSTED.lock().entry(address(&context)) {
            Entry::Vacant(place) => place.insert(driver.downgrade()),
            Entry::Occupied(_) => {
                return Err(io::Error::new(
                    io::ErrorKind::AlreadyExists,
                    "this MainContext has a runtime already; use that one, with \
                     `glib_coro::spawn` and `Handle::current()`, or a new MainContext",
                ));
            }
        };
        driver.on_log(log);
        let host = Arc::new_cyclic(|this| {
            let this = this.clone();
            driver.on_wake({
                let this = this.clone();
                move || on_wake(&this)
            });
            Host {
                this,
                context: address(&context),
                driver,
                prepared_depth: AtomicI32::new(-1),
                state: Lock::default(),
            }
        });
        host.add_source(&context, Priority::Default);
        let attached = self.host.set(Arc::downgrade(&host));
        debug_assert!(attached.is_ok(), "attach is called once");
        Ok(())
    }

    fn run_until(&self, done: &dyn Fn() -> bool) {
        let context = self.context();
        let _owned = context.acquire().unwrap_or_else(|_| {
            panic!(
                "another thread iterates this MainContext; block on the thread that owns it, or give \
                 this thread a context of its own with `MainContext::with_thread_default`"
            )
        });
        // For the length of the run: should the sources be destroyed on another thread, nothing else
        // wakes the loop to see it.
        let host = self.host.get().and_then(Weak::upgrade);
        let outer = host
            .as_ref()
            .map(|host| host.set_running(Some(context.clone())));
        let run = || {
            while !done() {
                context.iteration(true);
            }
        };
        if context == glib::MainContext::ref_thread_default() {
            run();
        } else {
            context
                .with_thread_default(run)
                .expect("the context was acquired just now");
        }
        if let (Some(host), Some(outer)) = (host, outer) {
            host.set_running(outer);
        }
    }

    fn sources(&self) -> usize {
        let host = self.host.get().and_then(Weak::upgrade);
        host.map_or(0, |host| host.count())
    }
}

impl Drop for GLib {
    fn drop(&mut self) {
        if let Some(host) = self.host.get().and_then(Weak::upgrade) {
            host.end();
        }
    }
}

impl fmt::Debug for GLib {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GLib")
            .field("context", &self.context)
            .field("sources", &self.sources())
            .finish()
    }
}

/// The contexts that have a runtime, by address. An address is taken out before its context is freed:
/// destroying the context destroys its sources, and that ends the host.
static HOSTED: LazyLock<Lock<HashMap<usize, Weak<Core>>>> = LazyLock::new(Lock::default);

/// The core that a context hosts.
pub(crate) fn glib_core_of(context: &glib::MainContext) -> Option<Arc<Core>> {
    HOSTED.lock().get(&address(context))?.upgrade()
}

/// Identifies a context for as long as it lives.
fn address(context: &glib::MainContext) -> usize {
    let pointer: *mut ffi::GMainContext = context.to_glib_none().0;
    pointer as usize
}

/// What the sources of one runtime share. Each source holds a reference, and the host holds one to each
/// source; `end` breaks the circle.
#[derive(Debug)]
struct Host {
    this: Weak<Self>,
    context: usize,
    driver: Driver,
    /// `g_main_depth()` when a source was last prepared. A wake from a greater depth comes from inside
    /// a dispatch, after which GLib prepares again before it sleeps.
    prepared_depth: AtomicI32,
    state: Lock<State>,
}

#[derive(Debug, Default)]
struct State {
    sources: [Option<glib::Source>; Priority::ALL.len()],
    /// The source that watches the descriptor: the one of highest priority.
    watcher: Option<Priority>,
    /// The context while `run_until` iterates it.
    running: Option<glib::MainContext>,
    ended: bool,
}

/// Our `GSource`: GLib's part first, as C inheritance has it.
#[repr(C)]
struct Source {
    base: ffi::GSource,
    priority: Priority,
    /// The last turn used up its budget: sit out one round of prepare and check. Set by dispatch,
    /// cleared by this source's own check.
    sits_out: Cell<bool>,
    /// What `g_source_add_unix_fd` returned, or null when another source watches the descriptor.
    tag: Cell<ffi::gpointer>,
    /// The descriptor is not watched, because a thread iterates the context that must not run our
    /// coroutines and could never make the descriptor unreadable.
    muted: Cell<bool>,
    /// A reference to the host, given up in `finalize`.
    host: *const Host,
}

static FUNCTIONS: ffi::GSourceFuncs = ffi::GSourceFuncs {
    prepare: Some(prepare),
    check: Some(check),
    dispatch: Some(dispatch),
    finalize: Some(finalize),
    closure_callback: None,
    closure_marshal: None,
};

const fn glib_priority(priority: Priority) -> i32 {
    match priority {
        Priority::High => ffi::G_PRIORITY_HIGH,
        Priority::Default => ffi::G_PRIORITY_DEFAULT,
        Priority::Idle => ffi::G_PRIORITY_DEFAULT_IDLE,
    }
}

impl Host {
    fn set_running(&self, context: Option<glib::MainContext>) -> Option<glib::MainContext> {
        std::mem::replace(&mut self.state.lock().running, context)
    }

    fn count(&self) -> usize {
        self.state.lock().sources.iter().flatten().count()
    }

    /// A priority that came into use and has no source.
    fn missing_source(&self) -> Option<Priority> {
        let missing = {
            let state = self.state.lock();
            if state.ended {
                return None;
            }
            Priority::ALL.map(|priority| state.sources[priority as usize].is_none())
        };
        Priority::ALL
            .into_iter()
            .find(|&priority| missing[priority as usize] && self.driver.is_ready(priority))
    }

    /// Attaches the source of a priority that has none.
    fn add_source(&self, context: &glib::MainContext, priority: Priority) {
        let Some(this) = self.this.upgrade() else {
            return;
        };
        let mut state = self.state.lock();
        if state.ended {
            return;
        }
        let size = size_of::<Source>() as u32;
        // SAFETY: `FUNCTIONS` is static, and GLib only reads it although the parameter is not const. The
        // size is that of a struct that starts with a `GSource`.
        let raw = unsafe { ffi::g_source_new((&raw const FUNCTIONS).cast_mut(), size) };
        // SAFETY: `raw` is fresh, zeroed memory of the size of `Source`. The fields behind `base` are
        // written before anyone can see the source. The callback is never called, since `dispatch` does
        // not call it; it is there for its destroy notification, which gives back the weak reference.
        unsafe {
            let own = raw.cast::<Source>();
            (&raw mut (*own).priority).write(priority);
            (&raw mut (*own).sits_out).write(Cell::new(false));
            (&raw mut (*own).tag).write(Cell::new(ptr::null_mut()));
            (&raw mut (*own).muted).write(Cell::new(false));
            (&raw mut (*own).host).write(Arc::into_raw(this));
            ffi::g_source_set_priority(raw, glib_priority(priority));
            ffi::g_source_set_can_recurse(raw, ffi::GTRUE);
            ffi::g_source_set_name(raw, c"glib-coro".as_ptr());
            let weak = self.this.clone().into_raw();
            ffi::g_source_set_callback(
                raw,
                Some(never_called),
                weak.cast_mut().cast(),
                Some(on_destroyed),
            );
        }
        // SAFETY: the one reference that `g_source_new` returned passes to the wrapper.
        let source: glib::Source = unsafe { from_glib_full(raw) };
        state.sources[priority as usize] = Some(source.clone());
        if state.watcher.is_none_or(|watcher| priority < watcher) {
            let fd = self.driver.as_fd().as_raw_fd();
            if let Some(old) = state
                .watcher
                .and_then(|w| state.sources[w as usize].clone())
            {
                let old: *mut ffi::GSource = old.to_glib_none().0;
                // SAFETY: the source is ours and alive, as `old` holds a reference, and the tag is the
                // one that `g_source_add_unix_fd` returned for it.
                unsafe {
                    let tag = &(*old.cast::<Source>()).tag;
                    ffi::g_source_remove_unix_fd(old, tag.replace(ptr::null_mut()));
                }
            }
            // SAFETY: the source is ours and alive. The driver, and with it the descriptor, lives as
            // long as the source's reference to the host.
            unsafe {
                let tag = ffi::g_source_add_unix_fd(raw, fd, ffi::G_IO_IN);
                (*raw.cast::<Source>()).tag.set(tag);
            }
            state.watcher = Some(priority);
        }
        drop(state);
        source.attach(Some(context));
    }

    /// Ends the runtime: destroys the sources, forgets them, and drops the futures.
    fn end(&self) {
        let sources = {
            let mut state = self.state.lock();
            if std::mem::replace(&mut state.ended, true) {
                return;
            }
            std::mem::take(&mut state.sources)
        };
        HOSTED.lock().remove(&self.context);
        for source in sources.iter().flatten() {
            source.destroy();
        }
        self.driver.end();
        let running = self.state.lock().running.clone();
        if let Some(context) = running {
            context.wakeup();
        }
    }
}

/// Work turned up while GLib may be asleep.
fn on_wake(host: &Weak<Host>) {
    let Some(host) = host.upgrade() else { return };
    // SAFETY: no preconditions.
    let depth = unsafe { ffi::g_main_depth() };
    // Another thread's wake shows on the descriptor. A wake from inside a dispatch is found by the next
    // prepare. What is left is a wake on this thread from another source's prepare or check.
    if host.driver.is_on_owner_thread() && depth <= host.prepared_depth.load(Ordering::Relaxed) {
        host.driver.wake();
    }
}

/// Messages for the programmer, in GLib's log.
fn log(level: Level, message: &str) {
    match level {
        Level::Critical => glib::g_critical!("glib-coro", "{message}"),
        Level::Warning => glib::g_warning!("glib-coro", "{message}"),
    }
}

/// # Safety
///
/// `source` must be one that `add_source` made, and alive for `'a`.
unsafe fn own<'a>(source: *mut ffi::GSource) -> &'a Source {
    // SAFETY: the caller's promise; such a source is a `Source`, and its memory lives until `finalize`.
    unsafe { &*source.cast::<Source>() }
}

impl Source {
    /// Whether this thread may run the coroutines. Watches the descriptor if so, and only then.
    fn is_on_owner_thread(&self, this: *mut ffi::GSource) -> bool {
        let at_home = self.host().driver.is_on_owner_thread();
        let tag = self.tag.get();
        if self.muted.replace(!at_home) == at_home && !tag.is_null() {
            let events = if at_home { ffi::G_IO_IN } else { 0 };
            // SAFETY: the tag is the one that `g_source_add_unix_fd` returned for this source.
            unsafe { ffi::g_source_modify_unix_fd(this, tag, events) };
        }
        at_home
    }

    fn host(&self) -> &Host {
        // SAFETY: the pointer came from `Arc::into_raw` and the reference is given up in `finalize`,
        // after which there is no `&self`.
        unsafe { &*self.host }
    }
}

unsafe extern "C" fn prepare(source: *mut ffi::GSource, timeout: *mut i32) -> ffi::gboolean {
    // SAFETY: GLib calls this with a live source of ours.
    let own = unsafe { own(source) };
    let host = own.host();
    if !own.is_on_owner_thread(source) {
        // Says so, once.
        host.driver.turn(own.priority);
        return ffi::GFALSE;
    }
    // SAFETY: no preconditions.
    let depth = unsafe { ffi::g_main_depth() };
    host.prepared_depth.store(depth, Ordering::Relaxed);
    // Sets the descriptor's timer, which is finer than GLib's milliseconds.
    host.driver.next_deadline();
    let mut again = false;
    while let Some(priority) = host.missing_source() {
        // SAFETY: GLib prepares sources that are attached to a context, and keeps that alive meanwhile.
        let context = unsafe { from_glib_none(ffi::g_source_get_context(source)) };
        host.add_source(&context, priority);
        again = true;
    }
    let sits_out = own.sits_out.get();
    // SAFETY: GLib passes a valid place for the timeout.
    unsafe { *timeout = if sits_out || again { 0 } else { -1 } };
    (!sits_out && host.driver.is_ready(own.priority)).into_glib()
}

unsafe extern "C" fn check(source: *mut ffi::GSource) -> ffi::gboolean {
    // SAFETY: GLib calls this with a live source of ours.
    let own = unsafe { own(source) };
    if own.sits_out.replace(false) || own.muted.get() {
        return ffi::GFALSE;
    }
    let tag = own.tag.get();
    // SAFETY: the tag is the one that `g_source_add_unix_fd` returned for this source.
    let readable = !tag.is_null() && unsafe { ffi::g_source_query_unix_fd(source, tag) } != 0;
    (readable || own.host().driver.is_ready(own.priority)).into_glib()
}

unsafe extern "C" fn dispatch(
    source: *mut ffi::GSource,
    _callback: ffi::GSourceFunc,
    _data: ffi::gpointer,
) -> ffi::gboolean {
    // SAFETY: GLib calls this with a source of ours, and holds a reference until this returns.
    let own = unsafe { own(source) };
    let driver = &own.host().driver;
    // SAFETY: a source in dispatch is attached. The context is pushed by the thread that iterates it,
    // and popped once.
    let pushed = unsafe {
        let context = ffi::g_source_get_context(source);
        let mut current = ffi::g_main_context_get_thread_default();
        if current.is_null() {
            current = ffi::g_main_context_default();
        }
        (context != current).then(|| {
            ffi::g_main_context_push_thread_default(context);
            context
        })
    };
    let turn = catch_unwind(AssertUnwindSafe(|| driver.turn(own.priority)));
    if let Some(context) = pushed {
        // SAFETY: pushed above. The dispatch holds the source, but the context may have lost its last
        // other reference; being the thread's default keeps it alive until now.
        unsafe { ffi::g_main_context_pop_thread_default(context) };
    }
    match turn {
        Ok(Turn::Spent) => own.sits_out.set(true),
        Ok(Turn::Done | Turn::Outranked) => {}
        // Polls and wakes catch their own panics, so this is a bug here; it must not unwind into C.
        Err(payload) => log_panic("a turn", payload),
    }
    ffi::G_SOURCE_CONTINUE
}

unsafe extern "C" fn finalize(source: *mut ffi::GSource) {
    // SAFETY: GLib calls this once, with a source of ours that nobody uses any more. The pointer came
    // from `Arc::into_raw`.
    drop(unsafe { Arc::from_raw(own(source).host) });
}

unsafe extern "C" fn never_called(_data: ffi::gpointer) -> ffi::gboolean {
    ffi::G_SOURCE_CONTINUE
}

/// The destroy notification: the runtime ends with its source, or with the context.
unsafe extern "C" fn on_destroyed(data: ffi::gpointer) {
    // SAFETY: `data` came from `Weak::into_raw`, and GLib gives it back once.
    let host = unsafe { Weak::from_raw(data.cast::<Host>()) };
    if let Some(host) = host.upgrade() {
        host.end();
    }
}
