//! What `#[weak]` arguments and the option `per` expand to without GLib: a message each.

use std::convert::Infallible;
use std::marker::PhantomData;

use super::{Coroutine, OneAtATime};

/// What can stand behind `#[weak]`.
#[diagnostic::on_unimplemented(
    message = "`#[weak]` needs the `glib` feature of `glib-coro`",
    label = "there are no weak references without GLib"
)]
pub trait Weak<B> {
    #[doc(hidden)]
    const NEVER: Infallible;
}

/// Stands for a `#[weak]` argument.
pub fn weak<T>(_argument: &T) -> NotWeak<T> {
    NotWeak(PhantomData)
}

/// See [`weak`].
#[derive(Debug)]
pub struct NotWeak<T>(PhantomData<T>);

impl<T> NotWeak<T> {
    pub fn bind<B>(&self) -> B
    where
        T: Weak<B>,
    {
        match <T as Weak<B>>::NEVER {}
    }
}

impl<C> Coroutine<C> {
    pub fn weak<T: ?Sized>(self, _ties: &T) -> Self {
        self
    }
}

/// What can stand behind `per`.
#[diagnostic::on_unimplemented(
    message = "`per` needs the `glib` feature of `glib-coro`",
    label = "there are no GObjects without GLib"
)]
pub trait Per {
    #[doc(hidden)]
    const NEVER: Infallible;
}

/// Stands for the argument that `per` names.
pub fn per<T>(_argument: &T) -> NotPer<T> {
    NotPer(PhantomData)
}

/// See [`per`].
#[derive(Debug)]
pub struct NotPer<T>(PhantomData<T>);

impl<T> NotPer<T> {
    pub fn token(&self) -> Infallible
    where
        T: Per,
    {
        T::NEVER
    }
}

impl Coroutine<OneAtATime> {
    pub fn per(self, token: Infallible) -> Self {
        match token {}
    }
}
