//! A test whose own windows are on a display of its own.

use super::Display;
use crate::child::{is_child, start_alone};

/// Runs a test in a process of its own, with a display of its own. `path` is the test's full name.
///
/// # Panics
///
/// As [`alone`](crate::alone) and [`Display::start`] do.
pub fn on_display(path: &str, test: impl FnOnce(&Display)) {
    if is_child(path) {
        return test(&Display::inherited());
    }
    if let Some(display) = Display::start() {
        start_alone(path, &display.environment());
    }
}
