//! What `#[weak]` arguments and the option `per` of `#[glib_coro::coroutine]` expand to.

use std::fmt;
use std::future::Future;
use std::ops::Deref;
use std::rc::Rc;

use glib::prelude::*;
use glib::subclass::prelude::*;

use super::{Calls, Coroutine, OneAtATime};
use crate::core::outcome::Report;
use crate::object::{Anchor, Bound, BoundImp, Ties, Watch};
use crate::task::{Builder, JoinHandle};

/// What can stand behind `#[weak]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no weak references",
    label = "`#[weak]` needs a GObject"
)]
pub trait Weak {
    type Bound;
    fn bind(&self) -> Self::Bound;
}

impl<T: IsA<glib::Object>> Weak for T {
    type Bound = Bound<T>;

    fn bind(&self) -> Bound<T> {
        Bound::new(self)
    }
}

/// Turns a `#[weak]` argument into what the body sees.
pub fn weak<T: Weak>(argument: &T) -> T::Bound {
    argument.bind()
}

/// Turns `#[weak] &self` into what the body sees: `weak_receiver(self).bind()`. The choice is made as for
/// [`probe`](super::probe): through the object where `self` is a GObject's private struct.
pub fn weak_receiver<T>(receiver: &T) -> WeakReceiver<'_, T> {
    WeakReceiver(PlainlyWeak(receiver))
}

/// See [`weak_receiver`].
#[derive(Debug)]
pub struct WeakReceiver<'a, T>(PlainlyWeak<'a, T>);

impl<T: ObjectSubclass> WeakReceiver<'_, T>
where
    T::Type: IsA<glib::Object>,
{
    pub fn bind(&self) -> BoundImp<T> {
        BoundImp::from(Bound::new(&*self.0.0.obj()))
    }
}

impl<'a, T> Deref for WeakReceiver<'a, T> {
    type Target = PlainlyWeak<'a, T>;

    fn deref(&self) -> &PlainlyWeak<'a, T> {
        &self.0
    }
}

/// See [`weak_receiver`].
#[derive(Debug)]
pub struct PlainlyWeak<'a, T>(&'a T);

impl<T> PlainlyWeak<'_, T> {
    pub fn bind(&self) -> T::Bound
    where
        T: Weak,
    {
        self.0.bind()
    }
}

/// What [`weak`] and [`weak_receiver`] give.
pub trait Tie {
    #[doc(hidden)]
    fn strand(&self) -> Strand;
}

/// See [`Tie`].
pub struct Strand(Rc<dyn Anchor>);

impl fmt::Debug for Strand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Strand").finish_non_exhaustive()
    }
}

impl<O: IsA<glib::Object>> Tie for Bound<O> {
    fn strand(&self) -> Strand {
        Strand(self.anchor())
    }
}

impl<T: ObjectSubclass> Tie for BoundImp<T>
where
    T::Type: IsA<glib::Object>,
{
    fn strand(&self) -> Strand {
        self.obj().strand()
    }
}

/// Calls that end with the first of their weak arguments.
pub struct Weakly<C>(C, Ties);

impl<C: fmt::Debug> fmt::Debug for Weakly<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Weakly").field(&self.0).finish()
    }
}

impl<C: Calls> Calls for Weakly<C> {
    #[track_caller]
    fn spawn<F>(
        self,
        builder: Builder,
        report: Option<Report<F::Output>>,
        body: F,
    ) -> JoinHandle<F::Output>
    where
        F: Future + 'static,
        F::Output: 'static,
    {
        let Self(calls, ties) = self;
        let (tied, leash) = ties.bind(body);
        let handle = calls.spawn(builder, report, tied);
        leash.tie(handle.abort_handle());
        handle
    }
}

impl<C: Calls> Coroutine<C> {
    /// Binds the coroutine to its `#[weak]` arguments: `.weak(&[&button, &label])`. The last before `spawn`.
    pub fn weak(self, ties: &[&dyn Tie]) -> Coroutine<Weakly<C>> {
        let anchors: Vec<_> = ties.iter().map(|tie| tie.strand().0).collect();
        Coroutine(self.0, Weakly(self.1, Ties::new(anchors)))
    }
}

/// What can stand behind `per`.
#[diagnostic::on_unimplemented(
    message = "`per` needs a GObject, and `{Self}` is none",
    label = "calls are told apart by the GObject in this argument"
)]
pub trait Per {
    #[doc(hidden)]
    fn tell_apart(&self, calls: OneAtATime) -> OneAtATime;
}

impl<T: IsA<glib::Object>> Per for T {
    fn tell_apart(&self, calls: OneAtATime) -> OneAtATime {
        OneAtATime(calls.0, calls.1, Some(Watch::of(self)))
    }
}

impl Coroutine<OneAtATime> {
    /// Tells calls apart by the object in this argument as well. After `overlap`, before `weak`.
    pub fn per<T: Per>(self, argument: &T) -> Self {
        Self(self.0, argument.tell_apart(self.1))
    }
}
