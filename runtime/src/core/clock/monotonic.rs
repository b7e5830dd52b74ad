//! The clock of a program: it cannot be paused, and none of this leaves a trace in it.

use std::sync::Arc;
use std::time::Instant;

use crate::core::Core;

/// The monotonic clock.
#[derive(Debug, Default)]
pub(crate) struct Clock;

impl Clock {
    pub(crate) fn at(&self, real: Instant) -> Instant {
        real
    }

    pub(crate) fn kernel_time(&self, deadline: Instant) -> Option<Instant> {
        Some(deadline)
    }

    pub(crate) fn is_paused(&self) -> bool {
        false
    }
}

impl Core {
    pub(crate) fn now(&self) -> Instant {
        Instant::now()
    }

    pub(in crate::core) fn is_paused(&self) -> bool {
        false
    }

    pub(in crate::core) fn may_fire(&self) -> bool {
        true
    }

    pub(in crate::core) fn fire_by_count(&self) {}

    pub(crate) fn may_jump(&self) -> bool {
        false
    }

    pub(crate) fn jump(self: &Arc<Self>) -> bool {
        false
    }
}
