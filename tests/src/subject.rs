//! A GObject to observe: signals, properties, and notes of its disposals and its end.

#![allow(
    unsafe_code,
    reason = "g_object_run_dispose, as GTK calls it on a widget that is destroyed, and a look at handlers"
)]

use std::sync::{Arc, Mutex};

use glib::gobject_ffi;
use glib::prelude::*;
use glib::subclass::SignalId;
use glib::subclass::prelude::*;
use glib::translate::IntoGlib;

mod imp {
    use std::sync::atomic::{AtomicI32, Ordering};
    use std::sync::{LazyLock, Mutex};

    use glib::prelude::*;
    use glib::subclass::Signal;
    use glib::subclass::prelude::*;

    use super::Ends;

    #[expect(
        missing_debug_implementations,
        reason = "the wrapper has one, and nobody else sees this"
    )]
    #[derive(Default, glib::Properties)]
    #[properties(wrapper_type = super::Subject)]
    pub struct Subject {
        /// A number.
        #[property(get = |imp: &Self| imp.number.load(Ordering::SeqCst), set = Self::set_number, explicit_notify)]
        pub(super) number: AtomicI32,
        /// A text, or none.
        #[property(get, set, nullable)]
        pub(super) text: Mutex<Option<String>>,
        /// Cannot be read.
        #[property(set)]
        pub(super) secret: Mutex<String>,
        pub(super) ends: Mutex<Ends>,
    }

    impl Subject {
        fn set_number(&self, number: i32) {
            if self.number.swap(number, Ordering::SeqCst) != number {
                self.obj().notify_number();
            }
        }
    }

    #[glib::object_subclass]
    impl ObjectSubclass for Subject {
        const NAME: &'static str = "GlibCoroTestSubject";
        type Type = super::Subject;
    }

    #[glib::derived_properties]
    impl ObjectImpl for Subject {
        fn signals() -> &'static [Signal] {
            static SIGNALS: LazyLock<Vec<Signal>> = LazyLock::new(|| {
                vec![
                    Signal::builder("plain").build(),
                    Signal::builder("said")
                        .param_types([i32::static_type(), String::static_type()])
                        .build(),
                    Signal::builder("met")
                        .param_types([glib::Object::static_type()])
                        .build(),
                    Signal::builder("detailed").detailed().build(),
                    Signal::builder("asked")
                        .param_types([i32::static_type()])
                        .return_type::<bool>()
                        .accumulator(|_, _, value| {
                            let handled = value.get::<bool>().expect("a bool");
                            if handled {
                                std::ops::ControlFlow::Break(value.clone())
                            } else {
                                std::ops::ControlFlow::Continue(value.clone())
                            }
                        })
                        .build(),
                ]
            });
            SIGNALS.as_ref()
        }

        fn dispose(&self) {
            self.ends.lock().unwrap().note("disposed");
        }
    }

    impl Drop for Subject {
        fn drop(&mut self) {
            self.ends.lock().unwrap().note("finalised");
        }
    }
}

glib::wrapper! {
    /// An object that is `Send + Sync`, with the signals `plain`, `said(i32, String)`, `met(Object)`, `detailed` and
    /// `asked(i32) -> bool`, and the properties `number`, `text` and, write-only, `secret`.
    pub struct Subject(ObjectSubclass<imp::Subject>);
}

/// What happened to a [`Subject`], in order.
#[derive(Clone, Debug, Default)]
pub struct Ends(Arc<Mutex<Vec<&'static str>>>);

impl Ends {
    fn note(&self, what: &'static str) {
        self.0.lock().unwrap().push(what);
    }

    /// Whether it was finalised.
    pub fn is_finalised(&self) -> bool {
        self.0.lock().unwrap().contains(&"finalised")
    }

    /// Whether it was disposed of.
    pub fn is_disposed(&self) -> bool {
        self.0.lock().unwrap().contains(&"disposed")
    }
}

impl Default for Subject {
    fn default() -> Self {
        glib::Object::new()
    }
}

impl Subject {
    /// A new one.
    pub fn new() -> Self {
        Self::default()
    }

    /// What happens to it from now on.
    pub fn ends(&self) -> Ends {
        self.imp().ends.lock().unwrap().clone()
    }

    /// Disposes of it while there are references.
    pub fn destroy(&self) {
        // SAFETY: a class of Rust, without a C part that could be in a bad state afterwards.
        unsafe { self.run_dispose() };
    }

    /// Whether a handler is connected to a signal, for this detail or for any.
    ///
    /// # Panics
    ///
    /// If there is no such signal.
    pub fn has_handler(&self, signal: &str) -> bool {
        let (id, detail) = SignalId::parse_name(signal, self.type_(), true).expect("a signal");
        let detail = detail.map_or(0, IntoGlib::into_glib);
        let object: &glib::Object = self.upcast_ref();
        // SAFETY: the object is alive and has the signal.
        unsafe {
            gobject_ffi::g_signal_has_handler_pending(
                object.as_ptr(),
                id.into_glib(),
                detail,
                glib::ffi::GTRUE,
            ) != 0
        }
    }

    /// Emits `plain`.
    pub fn emit_plain(&self) {
        self.emit_by_name::<()>("plain", &[]);
    }

    /// Emits `said`.
    pub fn say(&self, number: i32, text: &str) {
        self.emit_by_name::<()>("said", &[&number, &text]);
    }

    /// Emits `asked`.
    pub fn ask(&self, number: i32) -> bool {
        self.emit_by_name::<bool>("asked", &[&number])
    }
}
