//! The runtimes of this thread, and which of them is current.

#[cfg(feature = "tokio")]
use std::cell::Cell;
use std::cell::RefCell;
use std::io;
use std::rc::{Rc, Weak};
use std::sync::Arc;

use super::{Inner, TryCurrentError};
use crate::core::current;
use crate::core::{Core, Options};
use crate::event_loop::EventLoop;

/// A runtime of this thread.
struct Entry {
    inner: Hold,
    /// The one that is current when nothing else decides.
    fallback: bool,
}

enum Hold {
    /// Built by the program, which keeps it.
    Built(Weak<Inner>),
    /// Attached on first use, and kept here.
    Attached(Rc<Inner>),
}

impl Entry {
    fn get(&self) -> Option<Rc<Inner>> {
        match &self.inner {
            Hold::Built(inner) => inner.upgrade(),
            Hold::Attached(inner) => Some(inner.clone()),
        }
    }
}

/// All runtimes of a thread. They end with the thread at the latest.
#[derive(Default)]
struct Runtimes(Vec<Entry>);

thread_local! {
    static RUNTIMES: RefCell<Runtimes> = RefCell::default();
}

impl Drop for Runtimes {
    fn drop(&mut self) {
        for entry in self.0.drain(..) {
            if let Some(inner) = entry.get() {
                inner.core.close();
            }
        }
    }
}

/// Removes what has ended; closes what lost its context on another thread.
fn tidy() {
    let is_over = |entry: &Entry| {
        entry
            .get()
            .is_none_or(|inner| inner.core.is_closed() || inner.core.is_orphaned())
    };
    let gone: Vec<_> = RUNTIMES
        .try_with(|runtimes| {
            let mut runtimes = runtimes.borrow_mut();
            runtimes.0.extract_if(.., |entry| is_over(entry)).collect()
        })
        .unwrap_or_default();
    // Outside the borrow: the destructors of futures are anybody's code.
    for entry in gone {
        if let Some(inner) = entry.get() {
            inner.core.close();
        }
    }
}

fn find(matches: impl Fn(&Entry, &Inner) -> bool) -> Option<Rc<Inner>> {
    RUNTIMES
        .try_with(|runtimes| {
            let runtimes = runtimes.borrow();
            let mut entries = runtimes.0.iter();
            entries.find_map(|entry| entry.get().filter(|inner| matches(entry, inner)))
        })
        .ok()
        .flatten()
}

/// The runtime of this thread that has this core.
fn of_core(core: &Arc<Core>) -> Option<Rc<Inner>> {
    find(|_, inner| Arc::ptr_eq(&inner.core, core))
}

fn insert(inner: Hold, fallback: bool) -> Result<(), TryCurrentError> {
    RUNTIMES
        .try_with(|runtimes| runtimes.borrow_mut().0.push(Entry { inner, fallback }))
        .map_err(|_| TryCurrentError(io::Error::other("the thread is ending")))
}

/// Notes a runtime that the program built.
pub(super) fn register(inner: &Rc<Inner>, fallback: bool) {
    tidy();
    // A thread that is ending has no use for the note.
    let _ = insert(Hold::Built(Rc::downgrade(inner)), fallback);
}

/// The thread's current core.
///
/// # Panics
///
/// If the thread can have none.
#[track_caller]
pub(crate) fn current() -> Arc<Core> {
    match try_current() {
        Ok(core) => core,
        Err(error) => panic!("{error}"),
    }
}

/// The thread's current core.
pub(crate) fn try_current() -> Result<Arc<Core>, TryCurrentError> {
    if let Some(core) = current::core() {
        return Ok(core);
    }
    #[cfg(feature = "tokio")]
    if let Some(why) = REFUSED.get() {
        return Err(TryCurrentError(io::Error::other(why)));
    }
    of_thread()
}

#[cfg(feature = "tokio")]
thread_local! {
    /// Why no runtime is attached on first use. Set once by the thread's owner, for as long as it lives.
    static REFUSED: Cell<Option<&'static str>> = const { Cell::new(None) };
}

/// Lets no runtime be attached to this thread on first use: nobody would ever run its loop.
#[cfg(feature = "tokio")]
pub(crate) fn refuse(why: &'static str) {
    REFUSED.set(Some(why));
}

/// The thread's current core, if it has one: nothing is attached.
pub(crate) fn find_current() -> Option<Arc<Core>> {
    current::core().or_else(host::attached)
}

/// The thread's current runtime, loop and all.
pub(super) fn current_inner() -> Result<Rc<Inner>, TryCurrentError> {
    of_core(&try_current()?)
        .ok_or_else(|| TryCurrentError(io::Error::other("the current runtime has ended")))
}

/// How many sources the loop of a runtime of this thread has attached for it.
pub(crate) fn sources_of(core: &Arc<Core>) -> Option<usize> {
    of_core(core).map(|inner| inner.event_loop.sources())
}

/// Attaches a runtime on first use.
fn attach(event_loop: Box<dyn EventLoop>, fallback: bool) -> Result<Arc<Core>, TryCurrentError> {
    let inner = Inner::new(event_loop, Options::default()).map_err(TryCurrentError)?;
    let core = inner.core.clone();
    insert(Hold::Attached(inner), fallback)?;
    Ok(core)
}

/// The runtime that belongs to the thread rather than to a context.
fn fallback() -> Option<Arc<Core>> {
    find(|entry, _| entry.fallback).map(|inner| inner.core.clone())
}

#[cfg(not(feature = "glib"))]
mod host {
    use super::{Arc, Core, EventLoop, TryCurrentError, attach, fallback, tidy};
    use crate::event_loop::Standalone;

    /// The loop of `Runtime::new`, and whether it becomes the thread's fallback.
    pub(in crate::runtime) fn default_event_loop() -> (Box<dyn EventLoop>, bool) {
        (Box::new(Standalone::new()), fallback().is_none())
    }

    pub(super) fn attached() -> Option<Arc<Core>> {
        fallback()
    }

    pub(super) fn of_thread() -> Result<Arc<Core>, TryCurrentError> {
        tidy();
        match fallback() {
            Some(core) => Ok(core),
            None => attach(Box::new(Standalone::new()), true),
        }
    }
}

#[cfg(feature = "glib")]
mod host {
    use std::io;

    use super::{Arc, Core, EventLoop, TryCurrentError, attach, fallback, tidy};
    #[cfg(feature = "gio")]
    use super::{Hold, Inner, Rc, find, of_core};
    use crate::event_loop::{GLib, glib_core_of};

    /// The context of this thread: the thread-default one, else the default one if the thread owns it
    /// or is the main thread.
    fn context() -> Option<glib::MainContext> {
        glib::MainContext::thread_default().or_else(|| {
            let default = glib::MainContext::default();
            (is_main_thread() || default.is_owner()).then_some(default)
        })
    }

    #[cfg(target_os = "linux")]
    fn is_main_thread() -> bool {
        thread_local! {
            /// Asked once: the answer takes two system calls.
            static IS_MAIN: bool = rustix::thread::gettid() == rustix::process::getpid();
        }
        IS_MAIN.with(|is_main| *is_main)
    }

    #[cfg(not(target_os = "linux"))]
    fn is_main_thread() -> bool {
        std::thread::current().name() == Some("main")
    }

    /// The loop of `Runtime::new`, and whether it becomes the thread's fallback.
    pub(in crate::runtime) fn default_event_loop() -> (Box<dyn EventLoop>, bool) {
        match context() {
            Some(context) => (Box::new(GLib::new(&context)), false),
            None => (
                Box::new(GLib::new(&glib::MainContext::new())),
                fallback().is_none(),
            ),
        }
    }

    pub(super) fn attached() -> Option<Arc<Core>> {
        match context() {
            Some(context) => glib_core_of(&context).filter(|core| core.is_owned_by_this_thread()),
            None => fallback(),
        }
    }

    /// The runtime of the default context, whichever is current.
    #[cfg(feature = "gio")]
    pub(crate) fn of_default_context() -> Result<Rc<Inner>, TryCurrentError> {
        let core = glib::MainContext::default()
            .with_thread_default(of_thread)
            .map_err(|error| TryCurrentError(io::Error::other(error)))??;
        of_core(&core).ok_or_else(|| TryCurrentError(io::Error::other("its runtime has ended")))
    }

    /// Ends the runtime that the default context got on first use, if it has such a one.
    #[cfg(feature = "gio")]
    pub(crate) fn end_attached_to_default_context() {
        let core = glib_core_of(&glib::MainContext::default());
        let attached = core.and_then(|core| {
            find(|entry, inner| {
                matches!(entry.inner, Hold::Attached(_)) && Arc::ptr_eq(&inner.core, &core)
            })
        });
        if let Some(attached) = attached {
            attached.core.close();
        }
    }

    pub(super) fn of_thread() -> Result<Arc<Core>, TryCurrentError> {
        tidy();
        let Some(context) = context() else {
            return match fallback() {
                Some(core) => Ok(core),
                None => attach(Box::new(GLib::new(&glib::MainContext::new())), true),
            };
        };
        let refuse = |why| {
            Err(TryCurrentError(io::Error::new(
                io::ErrorKind::WouldBlock,
                why,
            )))
        };
        match glib_core_of(&context) {
            Some(core) if core.is_owned_by_this_thread() => Ok(core),
            Some(_) => refuse(
                "the runtime of its MainContext belongs to another thread; spawn there with a `Handle`, \
                 or give this thread a context with `MainContext::with_thread_default`",
            ),
            None if context.acquire().is_err() => refuse(
                "another thread iterates its MainContext; spawn there with a `Handle`, or give this \
                 thread a context with `MainContext::with_thread_default`",
            ),
            // The default context lives for ever, so it may as well be kept.
            None if context == glib::MainContext::default() => {
                attach(Box::new(GLib::new(&context)), false)
            }
            None => attach(Box::new(GLib::entrusted_to_thread_default()), false),
        }
    }
}

pub(super) use host::default_event_loop;
use host::of_thread;
#[cfg(feature = "gio")]
pub(crate) use host::{end_attached_to_default_context, of_default_context};
