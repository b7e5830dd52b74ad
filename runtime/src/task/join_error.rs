//! Why a coroutine has no output.

use std::any::Any;
use std::error::Error;
use std::fmt;
use std::sync::Mutex;

use super::Id;
use crate::core::outcome::{Failure, panic_message};

/// A coroutine ended without an output: it was cancelled, or it panicked.
///
/// ```
/// # glib_coro::block_on(async {
/// let error = glib_coro::spawn(async { panic!("boom") }).await.unwrap_err();
/// assert!(error.is_panic());
/// assert!(error.to_string().ends_with("panicked: boom"));
/// # });
/// ```
pub struct JoinError {
    id: Id,
    cause: Cause,
}

enum Cause {
    Cancelled,
    /// Boxed, as each join moves the room for an error.
    Panicked(Box<Panic>),
}

struct Panic {
    /// Behind a mutex because a payload need not be `Sync`, and errors should be.
    payload: Mutex<Box<dyn Any + Send>>,
    message: Box<str>,
}

impl JoinError {
    pub(crate) fn new(id: Id, failure: Failure) -> Self {
        let cause = match failure {
            Failure::Cancelled => Cause::Cancelled,
            Failure::Panicked(payload) => {
                let message = panic_message(&*payload).into();
                let payload = Mutex::new(payload);
                Cause::Panicked(Box::new(Panic { payload, message }))
            }
        };
        Self { id, cause }
    }

    /// Whether the coroutine was aborted, or its runtime ended.
    ///
    /// ```
    /// # fn main() -> std::io::Result<()> {
    /// let runtime = glib_coro::Runtime::new()?;
    /// let waiter = runtime.spawn(std::future::pending::<()>());
    /// drop(runtime);
    /// let error = glib_coro::block_on(waiter).unwrap_err();
    /// assert!(error.is_cancelled()); // nobody's fault
    /// # Ok(()) }
    /// ```
    pub fn is_cancelled(&self) -> bool {
        matches!(self.cause, Cause::Cancelled)
    }

    /// Whether the coroutine panicked, its destructors included.
    ///
    /// ```
    /// # glib_coro::block_on(async {
    /// let plugin = glib_coro::spawn(async { "12x".parse::<i32>().unwrap() });
    /// let error = plugin.await.unwrap_err();
    /// assert!(error.is_panic()); // go on without the plugin
    /// # });
    /// ```
    pub fn is_panic(&self) -> bool {
        !self.is_cancelled()
    }

    /// What the coroutine panicked with, for [`std::panic::resume_unwind`].
    ///
    /// ```
    /// # glib_coro::block_on(async {
    /// let error = glib_coro::spawn(async { panic!("boom") }).await.unwrap_err();
    /// let payload = error.into_panic();
    /// assert_eq!(payload.downcast_ref(), Some(&"boom"));
    /// # });
    /// ```
    ///
    /// # Panics
    ///
    /// If it did not panic.
    #[track_caller]
    pub fn into_panic(self) -> Box<dyn Any + Send> {
        match self.try_into_panic() {
            Ok(payload) => payload,
            Err(error) => panic!("there is no panic to take: {error}"),
        }
    }

    /// What the coroutine panicked with.
    ///
    /// ```
    /// # glib_coro::block_on(async {
    /// let handle = glib_coro::spawn(async { panic!("boom") });
    /// if let Err(error) = handle.await {
    ///     match error.try_into_panic() {
    ///         Ok(payload) => assert!(payload.is::<&str>()), // or `resume_unwind` it
    ///         Err(error) => eprintln!("{error}"),           // cancelled
    ///     }
    /// }
    /// # });
    /// ```
    ///
    /// # Errors
    ///
    /// This error again, if it did not panic.
    pub fn try_into_panic(self) -> Result<Box<dyn Any + Send>, Self> {
        match self.cause {
            Cause::Panicked(panic) => Ok(panic
                .payload
                .into_inner()
                .unwrap_or_else(std::sync::PoisonError::into_inner)),
            Cause::Cancelled => Err(self),
        }
    }

    /// The coroutine's number.
    pub fn id(&self) -> Id {
        self.id
    }
}

impl fmt::Display for JoinError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.cause {
            Cause::Cancelled => write!(f, "coroutine {} was cancelled", self.id),
            Cause::Panicked(panic) => {
                write!(f, "coroutine {} panicked: {}", self.id, panic.message)
            }
        }
    }
}

impl fmt::Debug for JoinError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.cause {
            Cause::Cancelled => write!(f, "JoinError::Cancelled({})", self.id),
            Cause::Panicked(panic) => {
                write!(f, "JoinError::Panic({}, {:?})", self.id, panic.message)
            }
        }
    }
}

impl Error for JoinError {}
