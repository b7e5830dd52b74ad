//! Values on their way from a handler to the coroutine.

#![allow(
    unsafe_code,
    reason = "values that may change threads, see the one `unsafe impl`"
)]

use std::thread::{self, ThreadId};

use glib::prelude::*;
use glib::{Type, Value};

/// Values that may go to one thread: it is theirs, or all of them may change threads.
pub(super) struct Parcel(Vec<Value>);

// SAFETY: a parcel is made by `Home::pack` alone. If that was called on the thread that the parcel is for, the parcel
// stays there: the stream that receives it is not `Send`, and nobody else opens or drops it, since what the stream does
// not want is dropped where it was packed. Else every value in it is one of `may_travel`.
unsafe impl Send for Parcel {}

impl Parcel {
    pub(super) fn open(self) -> Vec<Value> {
        self.0
    }
}

/// The thread of the coroutine that waits.
#[derive(Clone, Copy, Debug)]
pub(super) struct Home(ThreadId);

impl Home {
    pub(super) fn here() -> Self {
        Self(thread::current().id())
    }

    pub(super) fn is_here(self) -> bool {
        thread::current().id() == self.0
    }

    /// Packs values, whose references become the coroutine's.
    ///
    /// # Errors
    ///
    /// The type of a value that is not known to be `Send`, on another thread than home.
    pub(super) fn pack(self, values: Vec<Value>) -> Result<Parcel, Type> {
        if !self.is_here()
            && let Some(value) = values.iter().find(|value| !may_travel(value))
        {
            return Err(value.type_());
        }
        Ok(Parcel(values))
    }
}

/// Whether a value is of a type that is known to be `Send` and `Sync`, or nothing. Of objects and boxed types in general that is known at compile
/// time only: those of Rust may contain an `Rc`.
fn may_travel(value: &Value) -> bool {
    const PLAIN: [Type; 16] = [
        Type::BOOL,
        Type::I8,
        Type::U8,
        Type::I32,
        Type::U32,
        Type::I_LONG,
        Type::U_LONG,
        Type::I64,
        Type::U64,
        Type::F32,
        Type::F64,
        Type::STRING,
        Type::ENUM,
        Type::FLAGS,
        Type::VARIANT,
        Type::PARAM_SPEC,
    ];
    let type_ = value.type_();
    PLAIN.into_iter().any(|plain| type_.is_a(plain))
        || matches!(value.get::<Option<glib::Object>>(), Ok(None))
        || type_ == glib::Bytes::static_type()
        || type_ == glib::DateTime::static_type()
        || type_ == glib::Error::static_type()
        || type_ == Vec::<String>::static_type()
}
