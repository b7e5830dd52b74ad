//! What the attributes' expansions call. Not for anybody else: it changes without notice.
//!
//! The expansions name nothing but the paths in here, so that what is in scope at the user's place does not matter, and whatever
//! depends on a cargo feature of this package is decided here, because a macro cannot see those.
//!
//! The attributes work in this package too, in the library as in a doctest:
//!
//! ```
//! #[glib_coro::coroutine]
//! async fn answer() -> u8 {
//!     42
//! }
//!
//! #[glib_coro::main]
//! async fn main() {
//!     assert_eq!(answer().await.unwrap(), 42);
//! }
//! ```

/// The examples of the chapter on the attributes, some of which need these features.
#[cfg(all(doctest, feature = "gio"))]
#[doc = include_str!("attributes.md")]
mod chapter {}

use std::borrow::{Borrow, ToOwned};
use std::fmt::Display;
use std::future::Future;
use std::marker::PhantomData;
use std::ops::Deref;
use std::panic::Location;

use crate::core::outcome::Report;
use crate::task::overlap;
use crate::task::{Builder, error_of, unified};

#[path = "private/application.rs"]
mod application;
#[path = "private/entry.rs"]
mod entry;
#[cfg(feature = "glib")]
#[path = "private/object.rs"]
mod object;
#[cfg(not(feature = "glib"))]
#[path = "private/no_object.rs"]
mod object;
#[path = "private/watchdog.rs"]
mod watchdog;

pub use self::application::{Application, application};
pub use self::entry::{
    Context, DefaultContext, Entry, Host, NewContext, Paused, Reactor, StartPaused, Tokio, main,
    test,
};
#[cfg(feature = "glib")]
pub use self::object::{
    NotPer, NotWeak, Per, PerImp, PerObject, Strand, Tie, Token, Weak, WeakImp, WeakObject, Weakly,
    per, weak,
};
#[cfg(not(feature = "glib"))]
pub use self::object::{NotPer, NotWeak, Per, Weak, per, weak};
pub use crate::task::overlap::{Overlap, Site};
pub use crate::task::{JoinHandle, Priority};
pub use core::prelude::v1::test;
pub use core::primitive::bool;
pub use std::process::ExitCode;

/// The coroutine that a call of a `#[coroutine]` is about to spawn.
pub fn coroutine(name: &'static &'static str) -> Coroutine {
    Coroutine(Builder::new().literal_name(name), Parallel)
}

/// The place of a call, told by a method: that is where the name of the method stands, and not the path before it.
#[derive(Debug)]
pub struct Here;

impl Here {
    #[track_caller]
    pub const fn location(&self) -> &'static Location<'static> {
        Location::caller()
    }
}

/// A coroutine that is not spawned yet, and what it does about earlier calls of its function.
#[derive(Debug)]
pub struct Coroutine<C = Parallel>(Builder, C);

/// Calls run side by side.
#[derive(Debug)]
pub struct Parallel;

/// At most one of the calls of a function runs.
pub struct OneAtATime(&'static Site, Overlap, Option<overlap::Token>);

impl std::fmt::Debug for OneAtATime {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("OneAtATime").field(&self.1).finish()
    }
}

/// How a call is spawned. A type, so that a function without the option pays nothing for those with it.
pub trait Calls {
    fn spawn<F>(
        self,
        builder: Builder,
        report: Option<Report<F::Output>>,
        body: F,
    ) -> JoinHandle<F::Output>
    where
        F: Future + 'static,
        F::Output: 'static;
}

impl Calls for Parallel {
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
        builder.spawn_with_report(report, body)
    }
}

impl Calls for OneAtATime {
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
        overlap::spawn(self.0, self.1, self.2, builder, report, body)
    }
}

impl<C: Calls> Coroutine<C> {
    pub fn defined(self, location: &'static Location<'static>) -> Self {
        Self(self.0.defined(location), self.1)
    }

    pub fn priority(self, priority: Priority) -> Self {
        Self(self.0.priority(priority), self.1)
    }

    pub fn overlap(self, site: &'static Site, overlap: Overlap) -> Coroutine<OneAtATime> {
        Coroutine(self.0, OneAtATime(site, overlap, None))
    }

    /// Spawns a body whose output tells nothing about failure.
    #[track_caller]
    pub fn spawn<F>(self, body: F) -> JoinHandle<F::Output>
    where
        F: Future + 'static,
        F::Output: 'static,
    {
        self.1.spawn(self.0, None, unified(body))
    }

    /// Spawns a body that nobody waits for.
    #[track_caller]
    pub fn detach<F>(self, body: F)
    where
        F: Future + 'static,
        F::Output: Detached,
    {
        drop(self.1.spawn(self.0, Detached::REPORT, unified(body)));
    }
}

/// What the body of a detached coroutine may return.
#[diagnostic::on_unimplemented(
    message = "`detach` throws the value away; return `()`, or a `Result<(), E>` whose error is reported",
    label = "nobody receives this `{Self}`"
)]
pub trait Detached: Sized + 'static {
    /// Finds the error in an output that nobody looks at.
    const REPORT: Option<Report<Self>>;
}

impl Detached for () {
    const REPORT: Option<Report<Self>> = None;
}

impl<E: Display + 'static> Detached for Result<(), E> {
    const REPORT: Option<Report<Self>> = Some(error_of);
}

/// Picks the way to spawn a body by its output's type: method lookup takes the first `how` whose bounds hold, on the way from
/// [`Probe`] to what it dereferences to. An error that can be displayed is reported if nobody looks at it.
pub fn probe<F: Future>(_body: &F) -> Probe<F> {
    Probe(Otherwise, PhantomData)
}

/// See [`probe`]. Its parameter is not the output: a type that is not well-formed would be reported once more for each call.
#[derive(Debug)]
pub struct Probe<F>(Otherwise, PhantomData<F>);

impl<F: Future<Output: Fails>> Probe<F> {
    pub fn how(&self) -> Reporting {
        Reporting
    }
}

impl<F> Deref for Probe<F> {
    type Target = Otherwise;

    fn deref(&self) -> &Otherwise {
        &self.0
    }
}

/// See [`probe`].
#[derive(Debug)]
pub struct Otherwise;

impl Otherwise {
    pub fn how(&self) -> Plain {
        Plain
    }
}

/// An output that may tell of an error.
pub trait Fails: Sized {
    /// Finds that error.
    const REPORT: Report<Self>;
}

impl<T, E: Display> Fails for Result<T, E> {
    const REPORT: Report<Self> = error_of;
}

/// How [`Probe`] would have a body spawned.
pub trait How<F: Future> {
    /// What reads the error in the output, if anything does.
    const REPORT: Option<Report<F::Output>>;
}

/// With an eye on the error.
#[derive(Debug)]
pub struct Reporting;

impl<F: Future<Output: Fails>> How<F> for Reporting {
    const REPORT: Option<Report<F::Output>> = Some(Fails::REPORT);
}

/// As any future.
#[derive(Debug)]
pub struct Plain;

impl<F: Future> How<F> for Plain {
    const REPORT: Option<Report<F::Output>> = None;
}

/// What [`spawn`] gives: the handle is a field, for each call that names the output would report once more that it is not well-formed.
#[derive(Debug)]
pub struct Spawned<F: Future> {
    pub handle: JoinHandle<F::Output>,
}

/// Spawns a body as `how` says.
#[track_caller]
pub fn spawn<H, F, C>(_how: H, coroutine: Coroutine<C>, body: F) -> Spawned<F>
where
    H: How<F>,
    F: Future + 'static,
    F::Output: 'static,
    C: Calls,
{
    let handle = coroutine.1.spawn(coroutine.0, H::REPORT, unified(body));
    Spawned { handle }
}

/// Calls `body`: an async closure that is called where it is written would be taken for a mistake.
pub fn once<F, B>(body: B) -> F
where
    B: FnOnce() -> F,
    F: Future,
{
    body()
}

/// Lends the body what was kept of `&self`.
pub async fn lent<K: Deref, T>(kept: K, body: impl AsyncFnOnce(&K::Target) -> T) -> T {
    body(&kept).await
}

/// A body that never returns, as one that returns nothing.
pub async fn endless<F: Future>(body: F) {
    body.await;
}

/// A value for a `return` that is never reached. It tells the compiler the type of a closure's output before it reads the body, so that
/// what it says about the body is what it would say about an `async fn`.
pub fn never<T>() -> T {
    unreachable!("this stands behind `if false`")
}

/// The type itself. A type that cannot be found is reported in the same words wherever it is an argument of another, and then once.
pub type Is<T> = T;

/// Stands for the spawn of a coroutine that was refused. That has been reported, so it is never run.
pub fn refused<F: Future>(_body: F) -> JoinHandle<F::Output> {
    unreachable!("what was refused has not been compiled")
}

/// A borrowed argument's clone.
#[derive(Debug)]
pub struct Kept<T: ?Sized, O>(O, PhantomData<fn(&T)>);

/// Clones a borrowed argument.
pub fn keep<T: ?Sized + ToOwned<Owned = O>, O>(argument: &T) -> Kept<T, O> {
    Kept(argument.to_owned(), PhantomData)
}

/// Lends the clone to the body.
pub fn lend<T: ?Sized, O: Borrow<T>>(argument: &Kept<T, O>) -> &T {
    argument.0.borrow()
}

/// Turns `&self` into something that a coroutine can hold, and that gives the same reference: through the object where `self` is a
/// GObject's private struct, else by a clone. The choice is made as for [`probe`].
pub fn receiver<T>(receiver: &T) -> Receiver<'_, T> {
    Receiver(Plainly(receiver))
}

/// See [`receiver`].
#[derive(Debug)]
pub struct Receiver<'a, T>(Plainly<'a, T>);

#[cfg(feature = "glib")]
impl<T: glib::subclass::types::ObjectSubclass> Receiver<'_, T> {
    pub fn capture(&self) -> glib::subclass::ObjectImplRef<T> {
        glib::subclass::prelude::ObjectSubclassExt::ref_counted(self.0.0)
    }
}

impl<'a, T> Deref for Receiver<'a, T> {
    type Target = Plainly<'a, T>;

    fn deref(&self) -> &Plainly<'a, T> {
        &self.0
    }
}

/// See [`receiver`].
#[derive(Debug)]
pub struct Plainly<'a, T>(&'a T);

impl<T> Plainly<'_, T> {
    pub fn capture(&self) -> Own<T>
    where
        T: Clone,
    {
        Own(self.0.clone())
    }
}

/// A clone of `self`.
#[derive(Debug)]
pub struct Own<T>(T);

impl<T> Deref for Own<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

/// The type `!`, which cannot be written in the place of a type parameter.
pub type Never = <fn() -> ! as Returns>::Output;

/// A function pointer's return type.
pub trait Returns {
    type Output;
}

impl<T> Returns for fn() -> T {
    type Output = T;
}

#[cfg(test)]
mod tests {
    #[crate::coroutine]
    async fn answer(question: &str) -> usize {
        crate::yield_now().await;
        question.len()
    }

    #[crate::test]
    async fn in_the_library() {
        assert_eq!(answer("Who?").await.unwrap(), 4);
    }
}
