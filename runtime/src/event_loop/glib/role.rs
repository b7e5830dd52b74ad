//! What the sources of a runtime are there for.

use glib::ffi;

use crate::event_loop::{Driver, Turn};
use crate::task::Priority;

/// What a source is there for. The most urgent is least.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Role {
    /// Polls coroutines of this priority.
    Coroutines(Priority),
    /// Moves a paused clock when no source of the context is ready, ours or not.
    Clock,
}

impl Role {
    pub(super) const ALL: [Self; Priority::ALL.len() + 1] = [
        Self::Coroutines(Priority::High),
        Self::Coroutines(Priority::Default),
        Self::Coroutines(Priority::Idle),
        Self::Clock,
    ];

    pub(super) const fn index(self) -> usize {
        match self {
            Self::Coroutines(priority) => priority as usize,
            Self::Clock => Priority::ALL.len(),
        }
    }

    pub(super) const fn glib_priority(self) -> i32 {
        match self {
            Self::Coroutines(Priority::High) => ffi::G_PRIORITY_HIGH,
            Self::Coroutines(Priority::Default) => ffi::G_PRIORITY_DEFAULT,
            Self::Coroutines(Priority::Idle) => ffi::G_PRIORITY_DEFAULT_IDLE,
            Self::Clock => i32::MAX,
        }
    }

    pub(super) fn is_ready(self, driver: &Driver) -> bool {
        match self {
            Self::Coroutines(priority) => driver.has_ready(priority),
            Self::Clock => driver.may_jump(),
        }
    }

    pub(super) fn turn(self, driver: &Driver) -> Turn {
        match self {
            Self::Coroutines(priority) => driver.poll_ready(priority),
            Self::Clock => {
                driver.jump();
                Turn::Done
            }
        }
    }
}
