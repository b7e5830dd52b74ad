//! Which context has which runtime.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, LazyLock, Weak};

use glib::ffi;
use glib::translate::ToGlibPtr;

use crate::core::Core;
use crate::core::lock::Lock;
use crate::event_loop::Driver;

/// The contexts that have a runtime, by address. An address is taken out before its context is freed:
/// destroying the context destroys its sources, and that ends the host.
pub(super) static HOSTED: LazyLock<Lock<Hosted>> = LazyLock::new(Lock::default);

#[derive(Default)]
pub(super) struct Hosted(HashMap<usize, Weak<Core>>);

impl Hosted {
    fn get(&self, address: usize) -> Option<Arc<Core>> {
        let core = self.0.get(&address)?.upgrade()?;
        (!core.is_closed()).then_some(core)
    }

    /// `false`: the context has a runtime already.
    pub(super) fn insert(&mut self, context: &glib::MainContext, driver: &Driver) -> bool {
        let is_free = self.get(address(context)).is_none();
        if is_free {
            self.0.insert(address(context), driver.downgrade());
        }
        is_free
    }

    /// Forgets a context unless it has another runtime by now.
    pub(super) fn remove(&mut self, address: usize, driver: &Driver) {
        if let Entry::Occupied(entry) = self.0.entry(address)
            && entry.get().ptr_eq(&driver.downgrade())
        {
            entry.remove();
        }
    }

    /// Another runtime of the same thread.
    pub(super) fn beside(&self, core: &Arc<Core>) -> Option<Arc<Core>> {
        self.0
            .values()
            .filter_map(Weak::upgrade)
            .find(|other| core.is_beside(other) && !other.is_closed() && !Arc::ptr_eq(core, other))
    }
}

/// The runtime that a context hosts.
pub(crate) fn glib_core_of(context: &glib::MainContext) -> Option<Arc<Core>> {
    HOSTED.lock().get(address(context))
}

/// Identifies a context for as long as it lives.
pub(super) fn address(context: &glib::MainContext) -> usize {
    let pointer: *mut ffi::GMainContext = context.to_glib_none().0;
    pointer as usize
}
