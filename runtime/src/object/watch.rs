//! Who is to know when an object is disposed.
//!
//! One weak notification per object, for as long as the object lives, and a list of those who wait behind it. A
//! notification for each of them would have to be taken back, and GObject does not tell whether that came before the
//! notification on another thread or after.

use std::collections::HashMap;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, LazyLock};

use glib::prelude::*;
use slab::Slab;

use crate::core::lock::Lock;
use crate::core::log_panic;
use crate::task::AbortHandle;

/// The watches of objects that have not been disposed since they were first watched, by address. An entry goes when
/// the object is disposed, so before its memory can be used again.
static WATCHED: LazyLock<Lock<HashMap<usize, Arc<Watch>>>> = LazyLock::new(Lock::default);

/// One object, until it is disposed. What is bound to the object after that has another watch, which lasts until it is
/// finalised.
pub(crate) struct Watch {
    address: usize,
    state: Lock<State>,
}

#[derive(Default)]
struct State {
    disposed: bool,
    /// The coroutines that end with the object. Emptied by the disposal.
    bound: Slab<Arc<Leash>>,
}

/// What ends a coroutine with the first of its objects, from any thread.
#[derive(Debug, Default)]
pub(crate) struct Leash(Lock<End>);

#[derive(Debug, Default)]
enum End {
    /// The coroutine is being spawned.
    #[default]
    Loose,
    Tied(AbortHandle),
    /// The coroutine is to end, or has been told to.
    Pulled,
}

impl Leash {
    /// Names the coroutine, once it has been spawned. If an object was disposed of meanwhile, it ends here.
    pub(crate) fn tie(&self, abort: AbortHandle) {
        let mut end = self.0.lock();
        if let End::Loose = *end {
            *end = End::Tied(abort);
        } else {
            drop(end);
            abort.abort();
        }
    }

    /// Ends the coroutine.
    pub(super) fn pull(&self) {
        let end = std::mem::replace(&mut *self.0.lock(), End::Pulled);
        if let End::Tied(abort) = end {
            abort.abort();
        }
    }
}

impl Watch {
    /// The watch of an object, made on first use.
    pub(crate) fn of(object: &impl IsA<glib::Object>) -> Arc<Self> {
        let object: &glib::Object = object.upcast_ref();
        let address = object.as_ptr() as usize;
        let mut watched = WATCHED.lock();
        if let Some(watch) = watched.get(&address) {
            return watch.clone();
        }
        let watch = Arc::new(Self {
            address,
            state: Lock::default(),
        });
        watched.insert(address, watch.clone());
        // Under the lock, or another thread might get a watch that no disposal reaches. GLib runs no code of anybody's
        // here. Dropping what is returned does not take the notification back.
        drop(object.add_weak_ref_notify({
            let watch = watch.clone();
            move || watch.on_dispose()
        }));
        watch
    }

    /// A place for a coroutine that is not spawned yet.
    pub(super) fn place(self: Arc<Self>, leash: Arc<Leash>) -> Place {
        let mut state = self.state.lock();
        let key = if state.disposed {
            leash.pull();
            None
        } else {
            Some(state.bound.insert(leash))
        };
        drop(state);
        Place { watch: self, key }
    }

    /// On whichever thread disposes of the object, called by C.
    fn on_dispose(self: Arc<Self>) {
        let entry = WATCHED.lock().remove(&self.address);
        drop(entry);
        let bound = {
            let mut state = self.state.lock();
            state.disposed = true;
            std::mem::take(&mut state.bound)
        };
        for (_, leash) in bound {
            // It wakes, and an event loop that is told may be anybody's.
            if let Err(payload) = catch_unwind(AssertUnwindSafe(|| leash.pull())) {
                log_panic("the end of a coroutine with its object", payload);
            }
        }
    }
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watch").finish_non_exhaustive()
    }
}

/// A coroutine's place in a watch, given up when it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    watch: Arc<Watch>,
    /// Void once the object has been disposed of.
    key: Option<usize>,
}

impl Drop for Place {
    fn drop(&mut self) {
        let Some(key) = self.key else { return };
        let mut state = self.watch.state.lock();
        let leash = (!state.disposed).then(|| state.bound.remove(key));
        drop(state);
        drop(leash);
    }
}
