//! What a coroutine holds of an object that it must not keep alive.

use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;
use std::sync::Arc;

use glib::WeakRef;
use glib::prelude::*;

use super::watch::Watch;

/// An object that a coroutine is bound to: weakly while the coroutine sleeps, strongly during each of its polls.
///
/// See [`spawn_for`](super::spawn_for), which gives one to the coroutine's body.
pub struct Bound<O: IsA<glib::Object>>(Rc<Inner<O>>);

struct Inner<O: ObjectType> {
    weak: WeakRef<O>,
    /// Set by [`Anchor::hold`], emptied by [`Anchor::release`].
    held: RefCell<Option<O>>,
    watch: Arc<Watch>,
}

/// A [`Bound`] of whatever type, for the coroutine that is bound by it.
pub(crate) trait Anchor {
    /// Holds the object for the time of a poll. `false`: there is none any more.
    fn hold(&self) -> bool;
    /// Lets go of it; if nobody else holds it, that disposes of it.
    fn release(&self);
    fn watch(&self) -> Arc<Watch>;
}

impl<O: IsA<glib::Object>> Bound<O> {
    pub(crate) fn new(object: &O) -> Self {
        Self(Rc::new(Inner {
            weak: object.downgrade(),
            held: RefCell::default(),
            watch: Watch::of(object),
        }))
    }

    pub(crate) fn anchor(&self) -> Rc<dyn Anchor> {
        self.0.clone()
    }

    /// The object. In the coroutine that is bound to it this cannot fail, since each poll holds the object.
    ///
    /// The returned reference keeps the object alive. Do not hold it across an `.await`, where it would keep the object alive
    /// while the coroutine sleeps; call this again after the `.await`.
    ///
    /// ```
    /// use glib_coro::glib;
    /// use glib_coro::object::{Bound, spawn_for};
    ///
    /// # glib_coro::block_on(async {
    /// let document: glib::Object = glib::Object::new(); // of a class of your own, say
    /// let save = spawn_for(&document, |document: Bound<glib::Object>| async move {
    ///     println!("{:?} is being saved", document.get());
    ///     glib_coro::yield_now().await; // nothing keeps the document alive here
    ///     document.get() // so this asks again
    /// });
    /// assert_eq!(save.await.unwrap(), document);
    /// # });
    /// ```
    ///
    /// # Panics
    ///
    /// Outside the polls of the coroutine that was spawned with this: in another coroutine, in a signal handler that
    /// runs between two polls, in a destructor that runs because the coroutine was aborted. Use
    /// [`upgrade`](Self::upgrade) there.
    #[track_caller]
    pub fn get(&self) -> O {
        match &*self.0.held.borrow() {
            Some(object) => object.clone(),
            None => panic!(
                "`Bound::get` outside the polls of the coroutine that is bound to this `{}`: nothing keeps the object \
                 alive here, so use `Bound::upgrade`",
                O::static_type()
            ),
        }
    }

    /// The object, unless it has been disposed of. Can be called anywhere.
    ///
    /// ```
    /// use glib_coro::glib;
    /// use glib_coro::object::{Bound, spawn_for};
    ///
    /// # glib_coro::block_on(async {
    /// let document: glib::Object = glib::Object::new();
    /// let spawned = spawn_for(&document, |document: Bound<glib::Object>| async { document });
    /// let bound = spawned.await.unwrap();
    /// assert!(bound.upgrade().is_some());
    /// drop(document);
    /// assert!(bound.upgrade().is_none());
    /// # });
    /// ```
    pub fn upgrade(&self) -> Option<O> {
        self.0.weak.upgrade()
    }
}

impl<O: ObjectType> Anchor for Inner<O> {
    fn hold(&self) -> bool {
        let object = self.weak.upgrade();
        let holds = object.is_some();
        self.held.replace(object);
        holds
    }

    fn release(&self) {
        // Dropped after the borrow has ended: this may run the object's destructor.
        let object = self.held.take();
        drop(object);
    }

    fn watch(&self) -> Arc<Watch> {
        self.watch.clone()
    }
}

impl<O: IsA<glib::Object>> Clone for Bound<O> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<O: IsA<glib::Object>> fmt::Debug for Bound<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Bound").field(&self.upgrade()).finish()
    }
}
