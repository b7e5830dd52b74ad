//! How a coroutine ended, and what happens when nobody asks.

use std::any::Any;
use std::fmt::{self, Display};
use std::panic::{AssertUnwindSafe, Location, catch_unwind};
use std::sync::Arc;

use super::Core;
use super::id::Id;
use super::name::Name;

/// Finds the error in an output that nobody looked at.
pub(crate) type Report<T> = fn(&T) -> Option<&dyn Display>;

/// Why there is no output.
#[derive(Debug)]
pub(crate) enum Failure {
    Cancelled,
    Panicked(Box<dyn Any + Send>),
}

/// The result of a coroutine. A panic or a reportable error that is still inside when it is dropped
/// reaches the unhandled-error hook: that is how "nobody looked at it" is told, on whichever thread the
/// last handle goes.
///
/// It may be dropped inside async-task, where a panic aborts the process, and what is in it is anybody's code: so it sees to its own
/// destruction. What is rare is boxed, as an outcome is moved several times on its way to whoever joins: one that is no larger than
/// two words travels in registers.
pub(crate) struct Outcome<T>(Option<Kind<T>>);

enum Kind<T> {
    Output(T),
    /// An output that has to be reported if nobody looks at it.
    Error(Box<(T, Report<T>, Description)>),
    /// Has to be reported likewise.
    Panicked(Box<(Box<dyn Any + Send>, Description)>),
    Cancelled,
}

/// Who a coroutine is.
pub(crate) struct Description {
    /// Whose hook is told. Without one it goes to standard error.
    pub(super) core: Option<Arc<Core>>,
    pub(super) id: Id,
    pub(super) name: Option<Name>,
    pub(super) location: &'static Location<'static>,
}

impl<T> Outcome<T> {
    #[inline]
    pub(super) fn output(output: T) -> Self {
        Self(Some(Kind::Output(output)))
    }

    /// `describe` is asked if the result may have to be reported.
    pub(super) fn new(
        result: Result<T, Failure>,
        report: Option<Report<T>>,
        describe: impl FnOnce() -> Description,
    ) -> Self {
        let kind = match (result, report) {
            (Ok(output), Some(report)) if report(&output).is_some() => {
                Kind::Error(Box::new((output, report, describe())))
            }
            (Ok(output), _) => Kind::Output(output),
            (Err(Failure::Panicked(payload)), _) => Kind::Panicked(Box::new((payload, describe()))),
            (Err(Failure::Cancelled), _) => Kind::Cancelled,
        };
        Self(Some(kind))
    }

    #[inline]
    pub(crate) fn into_result(mut self) -> Result<T, Failure> {
        match self.0.take() {
            Some(Kind::Output(output)) => Ok(output),
            Some(Kind::Error(error)) => Ok(error.0),
            Some(Kind::Panicked(panic)) => Err(Failure::Panicked(panic.0)),
            Some(Kind::Cancelled) | None => Err(Failure::Cancelled),
        }
    }
}

impl<T> Drop for Outcome<T> {
    #[inline]
    fn drop(&mut self) {
        match self.0.take() {
            Some(Kind::Output(output)) => {
                if std::mem::needs_drop::<T>() {
                    contain(move || drop(output));
                }
            }
            Some(Kind::Error(error)) => contain(move || {
                let (output, report, description) = *error;
                if let Some(error) = report(&output) {
                    let message = error.to_string();
                    description.tell(Cause::Error(message));
                }
                drop(output);
            }),
            Some(Kind::Panicked(panic)) => contain(move || {
                let (payload, description) = *panic;
                description.tell(Cause::Panic(payload));
            }),
            Some(Kind::Cancelled) | None => {}
        }
    }
}

/// Says so if it panics.
fn contain(end: impl FnOnce()) {
    if let Err(payload) = catch_unwind(AssertUnwindSafe(end)) {
        super::log_panic("the output of a coroutine that nobody took", payload);
    }
}

impl Description {
    fn tell(self, cause: Cause) {
        let Self {
            core,
            id,
            name,
            location,
        } = self;
        let unhandled = Unhandled {
            id,
            name,
            location,
            cause,
        };
        match core {
            Some(core) => core.unhandled(unhandled),
            None => {
                super::log_to_stderr(&unhandled.to_string());
                discard(unhandled);
            }
        }
    }
}

/// Drops what may panic when it is dropped, like the payload of a panic.
pub(crate) fn discard(value: impl Sized) {
    if let Err(payload) = catch_unwind(AssertUnwindSafe(|| drop(value))) {
        // Dropping a payload that panics again and again has to end somewhere.
        std::mem::forget(payload);
    }
}

/// A panic or an error of a coroutine that nobody looked at before its last handle went.
///
/// Given to the hook that [`Builder::on_unhandled`](crate::runtime::Builder::on_unhandled) sets. Its
/// `Display` form is the message of the default hook.
///
/// ```
/// use glib_coro::{Runtime, task::Builder};
///
/// # fn main() -> std::io::Result<()> {
/// let (sender, receiver) = std::sync::mpsc::channel();
/// let runtime = Runtime::builder()
///     .on_unhandled(move |unhandled| {
///         let culprit = unhandled.name().map(str::to_owned);
///         sender.send((culprit, unhandled.panic().is_some())).unwrap();
///     })
///     .build()?;
/// runtime.block_on(async {
///     Builder::new().name("printer").spawn(async { panic!("out of paper") });
///     glib_coro::yield_now().await;
/// });
/// assert_eq!(receiver.recv().unwrap(), (Some("printer".to_owned()), true));
/// # Ok(()) }
/// ```
pub struct Unhandled {
    id: Id,
    name: Option<Name>,
    location: &'static Location<'static>,
    cause: Cause,
}

enum Cause {
    Panic(Box<dyn Any + Send>),
    Error(String),
}

impl Unhandled {
    /// The coroutine's number.
    pub fn id(&self) -> Id {
        self.id
    }

    /// The coroutine's name.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// Where the coroutine was spawned.
    pub fn location(&self) -> &'static Location<'static> {
        self.location
    }

    /// What the coroutine panicked with; `None` when it returned an error.
    pub fn panic(&self) -> Option<&(dyn Any + Send)> {
        match &self.cause {
            Cause::Panic(payload) => Some(&**payload),
            Cause::Error(_) => None,
        }
    }

    /// The text of the error, or the message of the panic.
    pub fn message(&self) -> &str {
        match &self.cause {
            Cause::Panic(payload) => panic_message(&**payload),
            Cause::Error(error) => error,
        }
    }
}

impl Unhandled {
    /// What to resume a panic with.
    pub(super) fn into_panic(self) -> Box<dyn Any + Send> {
        let message = self.to_string();
        match self.cause {
            Cause::Panic(payload) => payload,
            Cause::Error(_) => Box::new(message),
        }
    }
}

impl Display for Unhandled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "coroutine ")?;
        match &self.name {
            Some(name) => write!(f, "`{name}`")?,
            None => write!(f, "{}", self.id)?,
        }
        let verb = match self.cause {
            Cause::Panic(_) => "panicked",
            Cause::Error(_) => "failed",
        };
        write!(
            f,
            " (spawned at {}) {verb}: {}",
            self.location,
            self.message()
        )
    }
}

impl fmt::Debug for Unhandled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Unhandled")
            .field("id", &self.id)
            .field("name", &self.name)
            .field("location", &self.location)
            .field("message", &self.message())
            .finish_non_exhaustive()
    }
}

/// The text of a panic's payload.
pub(crate) fn panic_message(payload: &(dyn Any + Send)) -> &str {
    payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("(the payload is not a string)")
}
