//! The GLib host: one `GSource` per priority in use on a `MainContext`.
//!
//! glib-rs has no safe way to write a source, so this file talks to `glib::ffi`.

#![allow(
    unsafe_code,
    reason = "a custom GSource; every block says why it is sound"
)]

mod hosted;
mod role;

use std::cell::{Cell, OnceCell};
use std::fmt;
use std::io;
use std::os::fd::{AsFd, AsRawFd};
use std::panic::{AssertUnwindSafe, Location, catch_unwind};
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Arc, Weak};

use glib::ffi;
use glib::translate::{IntoGlib, ToGlibPtr, from_glib_full, from_glib_none};

pub(crate) use self::hosted::glib_core_of;
use self::hosted::{HOSTED, address};
use self::role::Role;
use super::{Driver, EventLoop, Level, Turn};
use crate::core::lock::Lock;
use crate::core::log_panic;
use crate::core::name::Name;
use crate::core::task::{Spec, Task};
use crate::task::Priority;

/// A GLib `MainContext` as the host of a runtime.
///
/// Whoever iterates the context drives the coroutines: [`block_on`](crate::Runtime::block_on), a
/// `glib::MainLoop`, or `gio::Application::run`. The runtime is one `GSource`, of priority
/// `G_PRIORITY_DEFAULT`; coroutines of another [`Priority`] bring one more for that priority, and so does
/// a [paused clock](crate::time#the-virtual-clock).
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
    /// `None` for a runtime that must not keep its context alive.
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

    /// A host on the thread-default context that does not keep it alive: the sources live as long as the
    /// context does.
    pub(crate) fn entrusted_to_thread_default() -> Self {
        Self {
            context: None,
            host: OnceCell::new(),
        }
    }

    fn host(&self) -> Option<Arc<Host>> {
        self.host.get().and_then(Weak::upgrade)
    }
}

impl EventLoop for GLib {
    fn attach(&self, driver: Driver) -> io::Result<()> {
        if self.host.get().is_some() {
            return Err(io::Error::new(
                io::ErrorKind::AlreadyExists,
                "this `GLib` has a runtime already; create another one",
            ));
        }
        let context = match &self.context {
            Some(context) => context.clone(),
            None => glib::MainContext::ref_thread_default(),
        };
        if !HOSTED.lock().insert(&context, &driver) {
            return Err(io::Error::new(
                io::ErrorKind::AlreadyExists,
                "this MainContext has a runtime already; use that one, with `glib_coro::spawn` and \
                 `Handle::current()`, or a new MainContext",
            ));
        }
        driver.on_log(log);
        let host = Arc::new_cyclic(|this| {
            let this = this.clone();
            driver.on_wake({
                let this = this.clone();
                move || on_wake(&this)
            });
            Host {
                this,
                address: address(&context),
                context: Lock::new(self.context.clone()),
                driver,
                prepared_depth: AtomicI32::new(-1),
                state: Lock::default(),
            }
        });
        host.add_source(&context, Role::Coroutines(Priority::Default));
        let attached = self.host.set(Arc::downgrade(&host));
        debug_assert!(attached.is_ok(), "attach is called once");
        Ok(())
    }

    fn run_until(&self, done: &dyn Fn() -> bool) -> io::Result<()> {
        let host = self.host();
        let hosted = host.and_then(|host| host.context().map(|context| (host, context)));
        let Some((host, context)) = hosted else {
            // A runtime that has ended has nothing to run for.
            return if done() {
                Ok(())
            } else {
                Err(io::Error::other(
                    "the MainContext of the current runtime is not this thread's default here; block where \
                 it is",
                ))
            };
        };
        let _owned = context.acquire().map_err(|_| {
            io::Error::other(
                "another thread iterates this MainContext; block on the thread that owns it, or give \
                 this thread a context of its own with `MainContext::with_thread_default`",
            )
        })?;
        // Known to the host while it runs: should the sources be destroyed on another thread, nothing else
        // wakes the loop to see it.
        let outer = host.keep_context(Some(context.clone()));
        let run = || loop {
            if host.is_cut_off() {
                host.end();
            }
            if done() {
                break;
            }
            context.iteration(true);
        };
        if context == glib::MainContext::ref_thread_default() {
            run();
        } else {
            context.with_thread_default(run).map_err(io::Error::other)?;
        }
        host.keep_context(outer);
        Ok(())
    }

    fn sources(&self) -> usize {
        self.host().map_or(0, |host| host.count())
    }
}

impl Drop for GLib {
    fn drop(&mut self) {
        if let Some(host) = self.host() {
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

/// What the sources of one runtime share. Each source holds a reference, and the host holds one to each
/// source; `end` breaks the circle.
#[derive(Debug)]
struct Host {
    this: Weak<Self>,
    address: usize,
    /// The context: of a runtime that keeps it alive, and of any while `run_until` iterates it.
    context: Lock<Option<glib::MainContext>>,
    driver: Driver,
    /// `g_main_depth()` when a source was last prepared. A wake from a greater depth comes from inside
    /// a dispatch, after which GLib prepares again before it sleeps.
    prepared_depth: AtomicI32,
    state: Lock<State>,
}

#[derive(Debug, Default)]
struct State {
    sources: [Option<glib::Source>; Role::ALL.len()],
    /// The source that watches the descriptor: the one of highest priority.
    watcher: Option<Role>,
    ended: bool,
}

/// Our `GSource`: GLib's part first, as C inheritance has it. Only `ours` is ever borrowed; GLib writes to
/// `base` at any time, and to `descriptor` where it polls.
#[repr(C)]
struct Source {
    base: ffi::GSource,
    /// The runtime's descriptor, if this source is the one that watches it. Given to GLib with `g_source_add_poll` and not with
    /// `g_source_add_unix_fd`, whose descriptors make a source ready whatever its check says, and which can only be
    /// ignored for a round by way of two writes to GLib's own descriptor.
    descriptor: ffi::GPollFD,
    ours: Ours,
}

struct Ours {
    role: Role,
    /// The last turn used up its budget: sit out one round of prepare and check. Set by dispatch,
    /// cleared by this source's own check.
    sits_out: Cell<bool>,
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

impl Host {
    fn keep_context(&self, context: Option<glib::MainContext>) -> Option<glib::MainContext> {
        std::mem::replace(&mut *self.context.lock(), context)
    }

    /// The context, where it is certain that it lives.
    fn context(&self) -> Option<glib::MainContext> {
        let kept = self.context.lock().clone();
        kept.or_else(|| {
            let default = glib::MainContext::ref_thread_default();
            (address(&default) == self.address).then_some(default)
        })
    }

    fn count(&self) -> usize {
        self.state.lock().sources.iter().flatten().count()
    }

    /// Whether somebody destroyed a source of a runtime that has not ended. Inside a dispatch of that source the notification waits
    /// until the dispatch is over, which may be waiting for the loop that asks this.
    fn is_cut_off(&self) -> bool {
        let state = self.state.lock();
        state.sources.iter().flatten().any(|it| it.is_destroyed())
    }

    /// Attaches a source for each role that came into use. `true`: there was one.
    fn add_missing_sources(&self, context: &glib::MainContext) -> bool {
        let mut added = false;
        while let Some(role) = self.missing_source() {
            self.add_source(context, role);
            added = true;
        }
        added
    }

    /// A role that came into use and has no source.
    fn missing_source(&self) -> Option<Role> {
        let missing = {
            let state = self.state.lock();
            if state.ended {
                return None;
            }
            Role::ALL.map(|role| state.sources[role.index()].is_none())
        };
        Role::ALL
            .into_iter()
            .find(|&role| missing[role.index()] && role.is_ready(&self.driver))
    }

    /// Attaches the source of a role that has none.
    fn add_source(&self, context: &glib::MainContext, role: Role) {
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
        // SAFETY: `raw` is fresh, zeroed memory of the size of `Source`. `ours` is written before anyone
        // can see the source. The callback is never called, since `dispatch` does not call it; it is there
        // for its destroy notification, which gives back the weak reference.
        unsafe {
            (&raw mut (*raw.cast::<Source>()).ours).write(Ours {
                role,
                sits_out: Cell::new(false),
                host: Arc::into_raw(this),
            });
            ffi::g_source_set_priority(raw, role.glib_priority());
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
        state.sources[role.index()] = Some(source.clone());
        if state.watcher.is_none_or(|watcher| role < watcher) {
            let fd = self.driver.as_fd().as_raw_fd();
            if let Some(old) = state
                .watcher
                .and_then(|watcher| state.sources[watcher.index()].clone())
            {
                let old: *mut ffi::GSource = old.to_glib_none().0;
                // SAFETY: the source is ours and alive, as `old` holds a reference, and this is what was added to it.
                unsafe {
                    let descriptor = descriptor(old);
                    ffi::g_source_remove_poll(old, descriptor);
                    (*descriptor).revents = 0;
                }
            }
            // SAFETY: the source is ours and alive, and nobody else knows of it yet. The driver, and with it the descriptor,
            // lives as long as the source's reference to the host; GLib forgets the pointer before it frees the source.
            unsafe {
                let descriptor = descriptor(raw);
                descriptor.write(ffi::GPollFD {
                    fd,
                    events: READABLE,
                    revents: 0,
                });
                ffi::g_source_add_poll(raw, descriptor);
            }
            state.watcher = Some(role);
        }
        drop(state);
        source.attach(Some(context));
        if self.state.lock().ended {
            // On another thread, before it had a context.
            source.destroy();
        }
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
        HOSTED.lock().remove(self.address, &self.driver);
        for source in sources.iter().flatten() {
            // One without a context is about to be destroyed by GLib, along with the context. Destroyed
            // here, it would keep the reference that the context holds.
            if !source.is_destroyed() && source.context().is_some() {
                source.destroy();
            }
        }
        self.driver.end();
        if !self.driver.is_on_owner_thread() {
            self.ship_home();
        }
        if let Some(context) = self.keep_context(None) {
            context.wakeup();
        }
    }

    /// The sources were destroyed on a thread that must not drop the futures. Another loop of the owner
    /// does it; if there is none, it happens when the owner next looks for a runtime, or ends.
    fn ship_home(&self) {
        let Some(orphan) = self.driver.downgrade().upgrade() else {
            return;
        };
        let sibling = HOSTED.lock().beside(&orphan);
        if let Some(sibling) = sibling {
            let spec = Spec {
                name: Some(Name::Literal(&"end of a runtime")),
                location: Location::caller(),
                priority: Priority::Default,
            };
            let spawned = sibling.spawn_send(&spec, None, async move { orphan.close() });
            spawned.into_iter().for_each(Task::detach);
        }
    }
}

/// Work turned up while GLib may be asleep.
fn on_wake(host: &Weak<Host>) {
    let Some(host) = host.upgrade() else { return };
    if !host.driver.is_on_owner_thread() {
        // The descriptor shows it.
        return;
    }
    // Not left to `prepare` alone, which a busy source of a priority in between would keep from being
    // called.
    let added = host
        .context()
        .is_some_and(|context| host.add_missing_sources(&context));
    // SAFETY: no preconditions.
    let depth = unsafe { ffi::g_main_depth() };
    // A wake from inside a dispatch is found by the next prepare. What is left is a wake from another
    // source's prepare or check, after ours.
    if added || depth <= host.prepared_depth.load(Ordering::Relaxed) {
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
unsafe fn ours<'a>(source: *mut ffi::GSource) -> &'a Ours {
    // SAFETY: the caller's promise; such a source is a `Source`, and its memory lives until `finalize`.
    unsafe { &(*source.cast::<Source>()).ours }
}

/// What is looked for in the descriptor.
const READABLE: u16 = ffi::G_IO_IN as u16;

/// The descriptor of a source, which only a watcher has told GLib. To be read and written while the context is owned, between two
/// polls, as GLib does.
///
/// # Safety
///
/// `source` must be one that `add_source` made, and alive.
unsafe fn descriptor(source: *mut ffi::GSource) -> *mut ffi::GPollFD {
    // SAFETY: the caller's promise; nothing is borrowed.
    unsafe { &raw mut (*source.cast::<Source>()).descriptor }
}

impl Ours {
    fn host(&self) -> &Host {
        // SAFETY: the pointer came from `Arc::into_raw` and the reference is given up in `finalize`,
        // after which there is no `&self`.
        unsafe { &*self.host }
    }
}

unsafe extern "C" fn prepare(source: *mut ffi::GSource, timeout: *mut i32) -> ffi::gboolean {
    // SAFETY: GLib calls this with a live source of ours.
    let ours = unsafe { ours(source) };
    let host = ours.host();
    let can_serve = host.driver.can_serve();
    let sits_out = ours.sits_out.get();
    // Where nobody can collect what the descriptor shows, as this is the wrong thread or the runtime has ended, it is ignored.
    // SAFETY: as above, and GLib prepares sources before it polls.
    unsafe { (*descriptor(source)).events = if can_serve { READABLE } else { 0 } };
    if !can_serve {
        return ffi::GFALSE;
    }
    // SAFETY: no preconditions.
    let depth = unsafe { ffi::g_main_depth() };
    host.prepared_depth.store(depth, Ordering::Relaxed);
    // Sets the descriptor's timer, which is finer than GLib's milliseconds.
    host.driver.next_deadline();
    let again = host.missing_source().is_some() && {
        // SAFETY: GLib prepares sources that are attached to a context, and keeps that alive meanwhile.
        let context = unsafe { from_glib_none(ffi::g_source_get_context(source)) };
        host.add_missing_sources(&context)
    };
    // SAFETY: GLib passes a valid place for the timeout.
    unsafe { *timeout = if sits_out || again { 0 } else { -1 } };
    (!sits_out && ours.role.is_ready(&host.driver)).into_glib()
}

unsafe extern "C" fn check(source: *mut ffi::GSource) -> ffi::gboolean {
    // SAFETY: GLib calls this with a live source of ours.
    let ours = unsafe { ours(source) };
    if ours.sits_out.replace(false) || !ours.host().driver.can_serve() {
        return ffi::GFALSE;
    }
    // Whatever GLib dispatches now is not the doing of a coroutine that runs this loop.
    ours.host().driver.loop_is_alive();
    // SAFETY: as above, and GLib checks sources after it polled. It stays zero where the source is not the watcher.
    let readable = unsafe { (*descriptor(source)).revents } != 0;
    (readable || ours.role.is_ready(&ours.host().driver)).into_glib()
}

unsafe extern "C" fn dispatch(
    source: *mut ffi::GSource,
    _callback: ffi::GSourceFunc,
    _data: ffi::gpointer,
) -> ffi::gboolean {
    // SAFETY: GLib calls this with a source of ours, and holds a reference until this returns.
    let ours = unsafe { ours(source) };
    let driver = &ours.host().driver;
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
    let turn = catch_unwind(AssertUnwindSafe(|| ours.role.turn(driver)));
    if let Some(context) = pushed {
        // SAFETY: pushed above. The dispatch holds the source, but the context may have lost its last
        // other reference; being the thread's default keeps it alive until now.
        unsafe { ffi::g_main_context_pop_thread_default(context) };
    }
    match turn {
        Ok(Turn::Spent) => ours.sits_out.set(true),
        Ok(Turn::Done) => {}
        // Polls and wakes catch their own panics, so this is a bug here; it must not unwind into C.
        Err(payload) => log_panic("a turn", payload),
    }
    ffi::G_SOURCE_CONTINUE
}

unsafe extern "C" fn finalize(source: *mut ffi::GSource) {
    // SAFETY: GLib calls this once, with a source of ours that nobody uses any more. The pointer came
    // from `Arc::into_raw`.
    drop(unsafe { Arc::from_raw(ours(source).host) });
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
