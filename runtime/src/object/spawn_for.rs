//! Coroutines that end with their object.

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll};

use glib::prelude::*;
use pin_project_lite::pin_project;

use super::Bound;
use super::bound::Anchor;
use super::watch::{Leash, Place};
use crate::task::{Builder, JoinHandle};

/// Spawns a coroutine that ends with an object and does not keep it alive.
///
/// The coroutine holds a weak reference. When the object is disposed of, the coroutine's future is dropped at its await point,
/// within one turn, on its own thread, and the join resolves to "cancelled". (An object is disposed of when its last reference is
/// dropped; for a widget that is mostly when its window is closed, or when it is removed from the window.) Each poll holds a
/// strong reference, so that [`Bound::get`] cannot fail in the body.
///
/// ```
/// use std::time::Duration;
/// use glib_coro::object::{Bound, spawn_for};
/// use glib_coro::{glib, sleep};
///
/// # glib_coro::block_on(async {
/// let label: glib::Object = glib::Object::new(); // a `gtk::Label`, say
/// let clock = spawn_for(&label, |label: Bound<glib::Object>| async move {
///     loop {
///         println!("{:?} is alive", label.get());
///         sleep(Duration::from_millis(1)).await; // nothing keeps the label alive here
///     }
/// });
/// sleep(Duration::from_millis(3)).await;
/// drop(label);
/// assert!(clock.await.unwrap_err().is_cancelled());
/// # });
/// ```
///
/// `glib::clone!(#[weak] object, async move { .. })` looks similar, but its reference becomes a strong one with the first
/// poll and stays strong ([gtk-rs-core issue 1460](https://github.com/gtk-rs/gtk-rs-core/issues/1460)).
///
/// To set a name or a priority use [`Builder::spawn_for`]. In the private struct of an object, the object is
/// `self.obj()`:
///
/// ```ignore
/// spawn_for(&*self.obj(), |object| async move { object.get().imp().refresh().await })
/// ```
///
/// # Details
///
/// The coroutine also ends if the disposal comes in one of its own polls, because that poll held the last reference,
/// for example; unless the poll was the last one anyway. An object may be disposed of on any thread. If it survives its
/// disposal, because somebody called `g_object_run_dispose` while there were references, what is bound to it later on ends when it
/// is finalised.
///
/// # Panics
///
/// As [`spawn`](crate::spawn).
#[track_caller]
pub fn spawn_for<O, B, F>(object: &O, body: B) -> JoinHandle<F::Output>
where
    O: IsA<glib::Object>,
    B: FnOnce(Bound<O>) -> F,
    F: Future + 'static,
    F::Output: 'static,
{
    Builder::new().spawn_for(object, body)
}

impl Builder {
    /// Spawns a coroutine that ends with an object; see [`object::spawn_for`](crate::object::spawn_for).
    ///
    /// ```
    /// use glib_coro::{glib, object::Bound, task::Builder};
    ///
    /// # glib_coro::block_on(async {
    /// let label: glib::Object = glib::Object::new();
    /// let clock = Builder::new()
    ///     .name("clock")
    ///     .spawn_for(&label, |_label: Bound<glib::Object>| std::future::pending::<()>());
    /// assert_eq!(clock.name(), Some("clock"));
    /// drop(label);
    /// assert!(clock.await.unwrap_err().is_cancelled());
    /// # });
    /// ```
    ///
    /// # Panics
    ///
    /// As [`spawn`](crate::spawn).
    #[track_caller]
    pub fn spawn_for<O, B, F>(self, object: &O, body: B) -> JoinHandle<F::Output>
    where
        O: IsA<glib::Object>,
        B: FnOnce(Bound<O>) -> F,
        F: Future + 'static,
        F::Output: 'static,
    {
        let object = Bound::new(object);
        let ties = Ties::new([object.anchor()]);
        let (tied, leash) = ties.bind(body(object));
        let handle = self.spawn(tied);
        leash.tie(handle.abort_handle());
        handle
    }
}

pin_project! {
    /// A body that is polled while its objects are held.
    pub(crate) struct Tied<F> {
        #[pin]
        body: F,
        ties: Ties,
    }
}

impl<F: Future> Future for Tied<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let Some(_held) = this.ties.hold() else {
            // Going, and the disposal has not got as far as to tell; or it never will, because a class forgot to chain
            // up. The next poll drops the body.
            this.ties.leash.pull();
            return Poll::Pending;
        };
        this.body.poll(cx)
    }
}

/// The objects that a coroutine is bound to.
pub(crate) struct Ties {
    anchors: Vec<Rc<dyn Anchor>>,
    leash: Arc<Leash>,
    /// One per anchor.
    _places: Vec<Place>,
}

impl Ties {
    pub(crate) fn new(anchors: impl Into<Vec<Rc<dyn Anchor>>>) -> Self {
        let anchors = anchors.into();
        let leash = Arc::new(Leash::default());
        let place = |anchor: &Rc<dyn Anchor>| anchor.watch().place(leash.clone());
        Self {
            _places: anchors.iter().map(place).collect(),
            anchors,
            leash,
        }
    }

    /// Binds a body to the objects. What is returned beside it is to learn the coroutine's handle, once it is spawned.
    pub(crate) fn bind<F: Future>(self, body: F) -> (Tied<F>, Arc<Leash>) {
        let leash = self.leash.clone();
        (Tied { body, ties: self }, leash)
    }

    /// Holds all the objects, or none.
    fn hold(&self) -> Option<Held<'_>> {
        let mut held = Held(&self.anchors[..0]);
        for (n, anchor) in self.anchors.iter().enumerate() {
            if !anchor.hold() {
                return None;
            }
            held.0 = &self.anchors[..=n];
        }
        Some(held)
    }
}

/// Lets go of the objects when it is dropped.
struct Held<'a>(&'a [Rc<dyn Anchor>]);

impl Drop for Held<'_> {
    fn drop(&mut self) {
        for anchor in self.0 {
            anchor.release();
        }
    }
}
