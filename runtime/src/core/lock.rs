//! A mutex whose users never panic while they hold it.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// A [`Mutex`] without poisoning.
///
/// No user code runs under any lock of the core: wakers, destructors and polls all happen outside. So a
/// poisoned lock can only mean that the process is already unwinding from a bug here, and the state
/// behind it is whole.
#[derive(Debug, Default)]
pub(crate) struct Lock<T>(Mutex<T>);

impl<T> Lock<T> {
    pub(crate) const fn new(value: T) -> Self {
        Self(Mutex::new(value))
    }

    #[inline]
    pub(crate) fn lock(&self) -> MutexGuard<'_, T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
