//! The same for the private struct of an object.

use std::fmt;

use glib::prelude::*;
use glib::subclass::ObjectImplRef;
use glib::subclass::prelude::*;

use super::Bound;

/// An object's private struct that a coroutine is bound to, as `#[weak] &self` in an `imp` module gives it to the body.
///
/// ```
/// use std::cell::Cell;
/// use glib_coro::glib::{self, subclass::prelude::*};
/// use glib_coro::object::{Bound, BoundImp, spawn_for};
///
/// mod imp {
///     # use super::*;
///     #[derive(Default)]
///     pub struct Counter(pub Cell<u32>);
///
///     #[glib::object_subclass]
///     impl ObjectSubclass for Counter {
///         const NAME: &'static str = "DocBoundImpCounter";
///         type Type = super::Counter;
///     }
///     # impl ObjectImpl for Counter {}
/// }
///
/// glib::wrapper! {
///     pub struct Counter(ObjectSubclass<imp::Counter>);
/// }
///
/// # fn main() {
/// glib_coro::block_on(async {
///     let counter: Counter = glib::Object::new();
///     let count = spawn_for(&counter, |counter: Bound<Counter>| async move {
///         let counter: BoundImp<imp::Counter> = counter.into();
///         counter.get().0.set(1);
///     });
///     count.await.unwrap();
///     assert_eq!(counter.imp().0.get(), 1);
/// });
/// # }
/// ```
pub struct BoundImp<T: ObjectSubclass>(Bound<T::Type>)
where
    T::Type: IsA<glib::Object>;

impl<T: ObjectSubclass> BoundImp<T>
where
    T::Type: IsA<glib::Object>,
{
    /// The private struct, with a strong reference to its object; see [`Bound::get`].
    ///
    /// # Panics
    ///
    /// As [`Bound::get`].
    #[track_caller]
    pub fn get(&self) -> ObjectImplRef<T> {
        T::from_obj(&self.0.get()).ref_counted()
    }

    /// The private struct, unless its object has been disposed of. Can be called anywhere.
    pub fn upgrade(&self) -> Option<ObjectImplRef<T>> {
        self.0
            .upgrade()
            .map(|object| T::from_obj(&object).ref_counted())
    }

    /// The object itself.
    pub fn obj(&self) -> &Bound<T::Type> {
        &self.0
    }
}

impl<T: ObjectSubclass> From<Bound<T::Type>> for BoundImp<T>
where
    T::Type: IsA<glib::Object>,
{
    fn from(object: Bound<T::Type>) -> Self {
        Self(object)
    }
}

impl<T: ObjectSubclass> Clone for BoundImp<T>
where
    T::Type: IsA<glib::Object>,
{
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T: ObjectSubclass> fmt::Debug for BoundImp<T>
where
    T::Type: IsA<glib::Object>,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("BoundImp").field(&self.0.upgrade()).finish()
    }
}
