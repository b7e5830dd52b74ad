//! What both hosts do when the driver's descriptor is readable.

use std::time::Instant;

use glib_coro::event_loop::{Driver, Turn};
use glib_coro::task::Priority;

/// One turn: of the most urgent coroutines, but for those whose last one used up its budget.
pub(crate) fn turn(driver: &Driver, spent: &mut [bool]) {
    let is_next = |p: &Priority| !std::mem::take(&mut spent[*p as usize]) && driver.is_ready(*p);
    let priority = Priority::ALL.into_iter().find(is_next).unwrap_or_default();
    spent[priority as usize] = driver.turn(priority) == Turn::Spent;
    // What is ready by now waits for what else the loop has to do.
    if driver
        .next_deadline()
        .is_some_and(|at| at <= Instant::now())
    {
        driver.wake();
    }
}
