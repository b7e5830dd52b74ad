//! One test on one thread, with a hang detector.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use crate::Host;

/// How long a test may take before it counts as hung.
///
/// `GLIB_CORO_TEST_PATIENCE` overrides it, in seconds: valgrind and the like need more.
pub fn patience() -> Duration {
    let seconds = std::env::var("GLIB_CORO_TEST_PATIENCE").ok();
    Duration::from_secs(seconds.and_then(|s| s.parse().ok()).unwrap_or(90))
}

/// Runs a behaviour on a fresh thread. A thread that hangs is left behind, and the test fails.
///
/// # Panics
///
/// With the behaviour's panic, or when it hangs.
pub fn run(host: Host, behaviour: impl FnOnce(Host) + Send + 'static) {
    let (sender, receiver) = channel();
    let name = thread::current().name().unwrap_or("test").to_owned();
    let thread = thread::Builder::new()
        .name(name)
        .spawn(move || {
            let result = catch_unwind(AssertUnwindSafe(|| behaviour(host)));
            // Told before thread-locals are destroyed; the join below waits for those.
            let _ = sender.send(result);
        })
        .expect("a thread for the test");
    match receiver.recv_timeout(patience()) {
        Ok(Ok(())) => thread.join().expect("the thread's end is part of the test"),
        Ok(Err(payload)) => resume_unwind(payload),
        Err(RecvTimeoutError::Timeout) => panic!("hung: no end after {:?}", patience()),
        Err(RecvTimeoutError::Disconnected) => panic!("the test's thread vanished"),
    }
}
