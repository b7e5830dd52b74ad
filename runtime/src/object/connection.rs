//! A signal handler, connected for as long as somebody waits for it.

#![allow(
    unsafe_code,
    reason = "g_signal_handler_is_connected has no safe binding"
)]

use std::fmt;
use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, catch_unwind};

use glib::gobject_ffi;
use glib::prelude::*;
use glib::subclass::SignalId;
use glib::{Quark, RustClosure, SignalHandlerId, Type, Value, WeakRef};

use crate::core::log_panic;

/// Disconnects the handler when it is dropped. Does not keep the object alive.
pub(crate) struct Connection {
    object: WeakRef<glib::Object>,
    id: Option<SignalHandlerId>,
    /// What waits belongs to the coroutine that waits.
    _not_send: PhantomData<*mut ()>,
}

impl Connection {
    pub(crate) fn new(object: &glib::Object, id: SignalHandlerId) -> Self {
        Self {
            object: object.downgrade(),
            id: Some(id),
            _not_send: PhantomData,
        }
    }

    pub(super) fn object(&self) -> Option<glib::Object> {
        self.object.upgrade()
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        let (Some(object), Some(id)) = (self.object.upgrade(), self.id.take()) else {
            return;
        };
        // If not, a disposal has disconnected it, or the program.
        if is_connected(&object, &id) {
            object.disconnect(id);
        }
    }
}

pub(super) fn is_connected(object: &glib::Object, id: &SignalHandlerId) -> bool {
    // SAFETY: the object is alive, and any number may be asked for.
    unsafe { gobject_ffi::g_signal_handler_is_connected(object.as_ptr(), id.as_raw()) != 0 }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection")
            .field("object", &self.object.upgrade())
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// A signal of an object, as `connect` functions name it.
pub(super) struct Signal {
    id: SignalId,
    detail: Option<Quark>,
}

impl Signal {
    /// # Panics
    ///
    /// If the object has no such signal.
    #[track_caller]
    pub(super) fn find(object: &glib::Object, name: &str) -> Self {
        let type_ = object.type_();
        match SignalId::parse_name(name, type_, true) {
            Some((id, detail)) => Self { id, detail },
            None => panic!("`{type_}` has no signal `{name}`"),
        }
    }

    /// Connects a handler that only looks, from whichever thread: to an emission that wants an answer it gives the
    /// zero of the answer's type.
    pub(super) fn connect(
        self,
        object: &glib::Object,
        handler: impl Fn(&[Value]) + Send + Sync + 'static,
    ) -> Connection {
        let answer: Type = self.id.query().return_type().into();
        let closure = RustClosure::new(move |values| {
            // C is the caller.
            if let Err(payload) = catch_unwind(AssertUnwindSafe(|| handler(values))) {
                log_panic("a signal handler", payload);
            }
            (answer != Type::UNIT).then(|| Value::from_type(answer))
        });
        let id = object.connect_closure_id(self.id, self.detail, false, closure);
        Connection::new(object, id)
    }
}
