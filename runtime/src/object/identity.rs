//! Which object an object is, from its first use to the end of its memory.

#![allow(
    unsafe_code,
    reason = "data of an object's; every block says why it is sound"
)]

use std::fmt;
use std::sync::{Arc, LazyLock};

use glib::Quark;
use glib::prelude::*;

use crate::core::lock::Lock;

/// Stands for one object: its address tells it from others for as long as somebody keeps this, also when another object lies where
/// that one lay. Unlike a [`Watch`](super::watch::Watch) it stays the same when the object is disposed of and lives on.
pub(crate) struct Identity {
    /// Something without a size might share its address.
    _place: u8,
}

/// Where an object keeps its identity. To be held until the object has one.
static KEY: LazyLock<Lock<Quark>> = LazyLock::new(|| {
    // Another copy of this crate in the process has its own.
    Lock::new(Quark::from_str(format!("glib-coro-identity-{:p}", &KEY)))
});

impl Identity {
    /// The identity of an object, made on first use.
    pub(crate) fn of(object: &impl IsA<glib::Object>) -> Arc<Self> {
        let key = KEY.lock();
        // SAFETY: nobody else knows the key, so what is there is of this type; it is never replaced, and the object, which the
        // caller has, keeps it until it is finalised.
        if let Some(known) = unsafe { object.qdata::<Arc<Self>>(*key) } {
            // SAFETY: see above; and it is only ever read.
            return unsafe { known.as_ref() }.clone();
        }
        let identity = Arc::new(Self { _place: 0 });
        // SAFETY: see above. It may be dropped on any thread.
        unsafe { object.set_qdata(*key, identity.clone()) };
        identity
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity").finish_non_exhaustive()
    }
}
