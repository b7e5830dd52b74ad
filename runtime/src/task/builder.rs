//! Spawning.

use std::borrow::Cow;
use std::fmt::Display;
use std::future::Future;
use std::panic::Location;
#[cfg(debug_assertions)]
use std::pin::Pin;
use std::sync::Arc;

use super::{JoinHandle, Priority};
use crate::core::name::Name;
use crate::core::outcome::Report;
use crate::core::task::Spec;

/// Spawns a coroutine on the thread's current runtime.
///
/// It starts in the loop's next turn, never inside this call. It goes on if the handle is dropped; a panic
/// that nobody looks at reaches the [unhandled-error hook](crate::runtime::Builder::on_unhandled).
///
/// ```
/// # glib_coro::block_on(async {
/// let handle = glib_coro::spawn(async { 6 * 7 });
/// assert_eq!(handle.await.unwrap(), 42);
/// # });
/// ```
///
/// # Panics
///
/// If the thread cannot have a runtime: another thread iterates its `MainContext`, or the kernel
/// refuses a descriptor. See [`runtime`](crate::runtime) for which runtime is current where.
#[track_caller]
#[inline]
pub fn spawn<F>(future: F) -> JoinHandle<F::Output>
where
    F: Future + 'static,
    F::Output: 'static,
{
    Builder::new().spawn(future)
}

/// Spawns a coroutine whose error reaches the [unhandled-error hook](crate::runtime::Builder::on_unhandled) if nobody
/// looks at it.
///
/// ```
/// use glib_coro::{Runtime, task::spawn_reporting};
///
/// # fn main() -> std::io::Result<()> {
/// let (sender, receiver) = std::sync::mpsc::channel();
/// let runtime = Runtime::builder()
///     .on_unhandled(move |unhandled| sender.send(unhandled.message().to_owned()).unwrap())
///     .build()?;
/// runtime.block_on(async {
///     spawn_reporting(async { "12x".parse::<i32>() }); // nobody awaits it
///     glib_coro::yield_now().await;
/// });
/// assert_eq!(receiver.recv().unwrap(), "invalid digit found in string");
/// # Ok(()) }
/// ```
///
/// # Panics
///
/// As [`spawn`].
#[track_caller]
pub fn spawn_reporting<F, T, E>(future: F) -> JoinHandle<Result<T, E>>
where
    F: Future<Output = Result<T, E>> + 'static,
    T: 'static,
    E: Display + 'static,
{
    Builder::new().spawn_reporting(future)
}

/// Spawns a coroutine with a name or a priority.
///
/// ```
/// use glib_coro::task::{Builder, Priority};
///
/// # glib_coro::block_on(async {
/// let handle = Builder::new()
///     .name("thumbnails")
///     .priority(Priority::Idle)
///     .spawn(async { 6 * 7 });
/// assert_eq!(handle.name(), Some("thumbnails"));
/// assert_eq!(handle.await.unwrap(), 42);
/// # });
/// ```
#[derive(Clone, Debug, Default)]
#[must_use = "a builder does nothing until `spawn` is called"]
pub struct Builder {
    name: Option<Name>,
    priority: Priority,
    /// Where the attribute's function is defined.
    defined: Option<&'static Location<'static>>,
}

impl Builder {
    /// No name, default priority.
    pub fn new() -> Self {
        Self::default()
    }

    /// The coroutine's name, for messages and introspection.
    ///
    /// ```
    /// use glib_coro::task::{self, Builder};
    ///
    /// # glib_coro::block_on(async {
    /// for n in 1..=3 {
    ///     Builder::new().name(format!("download {n}")).spawn(std::future::pending::<()>());
    /// }
    /// assert!(task::all().iter().any(|info| info.name() == Some("download 2")));
    /// # });
    /// ```
    pub fn name(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.name = Some(Name::Other(Arc::new(name.into())));
        self
    }

    /// A name that costs nothing, for the attributes.
    pub(crate) fn literal_name(mut self, name: &'static &'static str) -> Self {
        self.name = Some(Name::Literal(name));
        self
    }

    /// Where the function that spawns is defined, in case the place of its call is not known.
    pub(crate) fn defined(mut self, location: &'static Location<'static>) -> Self {
        self.defined = Some(location);
        self
    }

    /// How urgent the coroutine is.
    ///
    /// ```
    /// use glib_coro::task::{Builder, JoinSet, Priority};
    ///
    /// # glib_coro::block_on(async {
    /// let mut set = JoinSet::new();
    /// for (what, priority) in [("thumbnails", Priority::Idle), ("keys", Priority::High)] {
    ///     set.insert(Builder::new().priority(priority).spawn(async move { what }));
    /// }
    /// assert_eq!(set.join_all().await, ["keys", "thumbnails"]); // in the order in which they ended
    /// # });
    /// ```
    pub fn priority(mut self, priority: Priority) -> Self {
        self.priority = priority;
        self
    }

    /// Spawns it; see [`spawn`].
    ///
    /// # Panics
    ///
    /// As [`spawn`].
    #[track_caller]
    #[inline]
    pub fn spawn<F>(self, future: F) -> JoinHandle<F::Output>
    where
        F: Future + 'static,
        F::Output: 'static,
    {
        self.spawn_with_report(None, unified(future))
    }

    /// Spawns it; an error that nobody looks at reaches the unhandled-error hook.
    ///
    /// # Panics
    ///
    /// As [`spawn`].
    #[track_caller]
    pub fn spawn_reporting<F, T, E>(self, future: F) -> JoinHandle<Result<T, E>>
    where
        F: Future<Output = Result<T, E>> + 'static,
        T: 'static,
        E: Display + 'static,
    {
        self.spawn_with_report(Some(error_of), unified(future))
    }

    #[track_caller]
    #[inline]
    pub(crate) fn spawn_with_report<F>(
        self,
        report: Option<Report<F::Output>>,
        future: F,
    ) -> JoinHandle<F::Output>
    where
        F: Future + 'static,
        F::Output: 'static,
    {
        let spec = self.into_spec(Location::caller());
        JoinHandle::spawn_current(&spec, report, future)
    }

    #[inline]
    pub(crate) fn into_spec(self, location: &'static Location<'static>) -> Spec {
        Spec {
            name: self.name,
            location: self
                .defined
                .filter(|_| is_nowhere(location))
                .unwrap_or(location),
            priority: self.priority,
        }
    }
}

/// The future as it is spawned. In a debug build it is boxed, so that the compiler builds one task per type of output and not one per
/// coroutine, which took longer than everything else about a coroutine. (tokio boxes large futures in debug builds, as they would
/// not fit on the stack.)
#[cfg(debug_assertions)]
pub(crate) fn unified<F>(future: F) -> Pin<Box<dyn Future<Output = F::Output>>>
where
    F: Future + 'static,
{
    Box::pin(future)
}

/// The future as it is spawned.
#[cfg(not(debug_assertions))]
#[inline]
pub(crate) fn unified<F: Future>(future: F) -> F {
    future
}

/// Whether a function that was passed by its name was called here: inside the standard library's `Fn` traits, for all that the compiler
/// tells.
fn is_nowhere(location: &Location<'_>) -> bool {
    location.file().ends_with("core/src/ops/function.rs")
}

/// The error in an output that nobody looked at.
pub(crate) fn error_of<T, E: Display>(output: &Result<T, E>) -> Option<&dyn Display> {
    output.as_ref().err().map(|error| error as &dyn Display)
}
