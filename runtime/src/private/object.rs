//! What `#[weak]` arguments and the option `per` of `#[glib_coro::coroutine]` expand to.

use std::convert::Infallible;
use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::ops::Deref;
use std::rc::Rc;

use glib::prelude::*;
use glib::subclass::prelude::*;

use super::{Calls, Coroutine, OneAtATime};
use crate::core::outcome::Report;
use crate::object::{Anchor, Bound, BoundImp, Identity, Ties};
use crate::task::{Builder, JoinHandle, overlap};

/// Turns a `#[weak]` argument or `#[weak] &self` into what the body sees: `weak(self).bind()`. The choice is made as for
/// [`probe`](super::probe): through the object where the argument is a GObject's private struct.
pub fn weak<T>(argument: &T) -> WeakImp<'_, T> {
    WeakImp(WeakObject(argument, NotWeak(PhantomData)))
}

/// See [`weak`].
#[derive(Debug)]
pub struct WeakImp<'a, T>(WeakObject<'a, T>);

impl<T: ObjectSubclass> WeakImp<'_, T>
where
    T::Type: IsA<glib::Object>,
{
    pub fn bind(&self) -> BoundImp<T> {
        BoundImp::from(Bound::new(&*self.0.0.obj()))
    }
}

impl<'a, T> Deref for WeakImp<'a, T> {
    type Target = WeakObject<'a, T>;

    fn deref(&self) -> &WeakObject<'a, T> {
        &self.0
    }
}

/// See [`weak`].
#[derive(Debug)]
pub struct WeakObject<'a, T>(&'a T, NotWeak<T>);

impl<T: IsA<glib::Object>> WeakObject<'_, T> {
    pub fn bind(&self) -> Bound<T> {
        Bound::new(self.0)
    }
}

impl<T> Deref for WeakObject<'_, T> {
    type Target = NotWeak<T>;

    fn deref(&self) -> &NotWeak<T> {
        &self.1
    }
}

/// See [`weak`]: what is neither.
#[derive(Debug)]
pub struct NotWeak<T>(PhantomData<T>);

impl<T> NotWeak<T> {
    /// Gives something unknown, so that the compiler reports what `T` is not, and then nothing of what the body does with it.
    pub fn bind<B>(&self) -> B
    where
        T: Weak<B>,
    {
        match <T as Weak<B>>::NEVER {}
    }
}

/// What can stand behind `#[weak]`, for those that cannot.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no weak references",
    label = "`#[weak]` needs a GObject"
)]
pub trait Weak<B> {
    #[doc(hidden)]
    const NEVER: Infallible;
}

/// What [`weak`] gives.
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

/// Tells calls apart by the object in an argument: `per(self).token()`. The choice is made as for [`weak`].
pub fn per<T>(argument: &T) -> PerImp<'_, T> {
    PerImp(PerObject(argument, NotPer(PhantomData)))
}

/// See [`per`].
#[derive(Debug)]
pub struct PerImp<'a, T>(PerObject<'a, T>);

impl<T: ObjectSubclass> PerImp<'_, T>
where
    T::Type: IsA<glib::Object>,
{
    pub fn token(&self) -> Token {
        Token(Identity::of(&*self.0.0.obj()))
    }
}

impl<'a, T> Deref for PerImp<'a, T> {
    type Target = PerObject<'a, T>;

    fn deref(&self) -> &PerObject<'a, T> {
        &self.0
    }
}

/// See [`per`].
#[derive(Debug)]
pub struct PerObject<'a, T>(&'a T, NotPer<T>);

impl<T: IsA<glib::Object>> PerObject<'_, T> {
    pub fn token(&self) -> Token {
        Token(Identity::of(self.0))
    }
}

impl<T> Deref for PerObject<'_, T> {
    type Target = NotPer<T>;

    fn deref(&self) -> &NotPer<T> {
        &self.1
    }
}

/// See [`per`]: what is neither.
#[derive(Debug)]
pub struct NotPer<T>(PhantomData<T>);

impl<T> NotPer<T> {
    pub fn token(&self) -> Token
    where
        T: Per,
    {
        match T::NEVER {}
    }
}

/// What can stand behind `per`, for those that cannot.
#[diagnostic::on_unimplemented(
    message = "`per` needs a GObject, and `{Self}` is none",
    label = "calls are told apart by the GObject in this argument"
)]
pub trait Per {
    #[doc(hidden)]
    const NEVER: Infallible;
}

/// What [`per`] gives.
pub struct Token(overlap::Token);

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token").finish_non_exhaustive()
    }
}

impl Coroutine<OneAtATime> {
    /// Tells calls apart by an object as well. After `overlap`, before `weak`.
    pub fn per(self, token: Token) -> Self {
        let Self(builder, OneAtATime(site, overlap, _)) = self;
        Self(builder, OneAtATime(site, overlap, Some(token.0)))
    }
}
