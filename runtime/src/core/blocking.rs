//! Blocking jobs that a runtime's coroutines started, and how such a job ended.

use std::panic::Location;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use super::Core;
use super::id::Id;
use super::name::Name;
use super::outcome::{Description, Failure, Outcome};

/// How many blocking jobs are under way. While there are any, a virtual clock must not jump: their results
/// are events that only real time brings.
#[derive(Debug, Default)]
pub(crate) struct BlockingJobs {
    /// Guards alive. Counted up on any thread before a job is queued, down after its result was delivered.
    count: AtomicUsize,
    /// Somebody found the count above zero and waits for it to fall. Set by
    /// [`is_idle`](Self::is_idle), cleared by the guard that wakes the loop.
    watched: AtomicBool,
}

impl BlockingJobs {
    /// Whether no job is under way. If one is, the loop gets a turn when the last of them has ended.
    #[cfg_attr(
        not(feature = "test-util"),
        allow(dead_code, reason = "asked by the virtual clock")
    )]
    pub(crate) fn is_idle(&self) -> bool {
        if self.count.load(Ordering::SeqCst) == 0 {
            return true;
        }
        // Raised before the count is read again, as the last guard lowers the count before it reads this:
        // one of the two sees the other.
        self.watched.store(true, Ordering::SeqCst);
        self.count.load(Ordering::SeqCst) == 0
    }
}

/// One blocking job under way.
#[derive(Debug)]
pub(crate) struct BlockingGuard(Arc<Core>);

impl BlockingGuard {
    pub(crate) fn new(core: &Arc<Core>) -> Self {
        core.blocking.count.fetch_add(1, Ordering::SeqCst);
        Self(core.clone())
    }
}

impl Drop for BlockingGuard {
    fn drop(&mut self) {
        let jobs = &self.0.blocking;
        if jobs.count.fetch_sub(1, Ordering::SeqCst) == 1
            && jobs.watched.swap(false, Ordering::SeqCst)
        {
            self.0.reactor.notify();
        }
    }
}

/// The result of a blocking job; like a coroutine's, a panic that nobody takes out is reported.
pub(crate) fn outcome<T>(
    result: thread::Result<T>,
    core: Option<Arc<Core>>,
    location: &'static Location<'static>,
) -> Outcome<T> {
    Outcome::new(result.map_err(Failure::Panicked), None, || Description {
        core,
        id: Id::next(),
        name: Some(Name::Literal(&"unblock")),
        location,
    })
}

#[cfg(test)]
mod tests {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};

    use super::*;
    use crate::core::Options;

    #[test]
    fn the_loop_is_woken_by_the_last_job_if_somebody_asked() {
        let (core, backend) = Core::new(Options::default()).unwrap();
        let is_readable = || {
            let mut fds = [PollFd::new(&*backend, PollFlags::IN)];
            poll(&mut fds, Some(&Timespec::default())).unwrap() == 1
        };
        drop(BlockingGuard::new(&core));
        assert!(core.blocking.is_idle());
        assert!(!is_readable(), "nobody asked");

        let (first, second) = (BlockingGuard::new(&core), BlockingGuard::new(&core));
        assert!(!core.blocking.is_idle());
        drop(first);
        assert!(!is_readable(), "the other one is under way");
        drop(second);
        assert!(is_readable());
        assert!(core.blocking.is_idle());
    }
}
