//! The clock that timers follow: the monotonic one. With the feature `test-util` it can be paused, and
//! then it jumps from one timer to the next.

#[cfg(not(feature = "test-util"))]
mod monotonic;
#[cfg(feature = "test-util")]
mod pausable;

#[cfg(not(feature = "test-util"))]
pub(crate) use monotonic::Clock;
#[cfg(feature = "test-util")]
pub(crate) use pausable::{Clock, ClockError, was_paused};
