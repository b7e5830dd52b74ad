//! The built-in loop, for programs without GLib.

use std::cell::OnceCell;
use std::io;
use std::os::fd::AsFd;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;

use super::{Driver, EventLoop};
use crate::task::Priority;

/// A loop that serves one runtime and nothing else.
///
/// It schedules as GLib does, so that a program behaves the same on both: the most urgent priority
/// first, and after a turn that used up its budget the less urgent ones get theirs.
///
/// ```
/// use glib_coro::{Runtime, event_loop::Standalone};
///
/// # fn main() -> std::io::Result<()> {
/// let runtime = Runtime::builder().event_loop(Standalone::new()).build()?;
/// assert_eq!(runtime.block_on(async { 6 * 7 }), 42);
/// # Ok(()) }
/// ```
#[derive(Debug, Default)]
pub struct Standalone {
    driver: OnceCell<Driver>,
}

impl Standalone {
    /// A loop that waits for its runtime.
    pub fn new() -> Self {
        Self::default()
    }
}

impl EventLoop for Standalone {
    fn attach(&self, driver: Driver) -> io::Result<()> {
        self.driver.set(driver).map_err(|_| {
            io::Error::new(
                io::ErrorKind::AlreadyExists,
                "this `Standalone` has a runtime already; create another one",
            )
        })
    }

    fn run_until(&self, done: &dyn Fn() -> bool) -> io::Result<()> {
        let driver = self.driver.get().ok_or_else(|| {
            io::Error::other(
                "this `Standalone` has no runtime; give it to `Runtime::builder().event_loop(..)`",
            )
        })?;
        while !done() {
            if !driver.turn_of_the_next() {
                driver.next_deadline();
                sleep(driver);
                // Collects what woke us; the turn ends at once if something more urgent is among it.
                driver.turn(Priority::Default);
            }
        }
        Ok(())
    }
}

/// Sleeps until the descriptor is readable.
fn sleep(driver: &Driver) {
    let fd = driver.as_fd();
    loop {
        match poll(&mut [PollFd::new(&fd, PollFlags::IN)], None) {
            Err(Errno::INTR) => {}
            Ok(_) => return,
            Err(error) => unreachable!("poll on our own descriptor failed: {error}"),
        }
    }
}
