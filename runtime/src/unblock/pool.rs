//! The threads for blocking work, shared by the whole process.

use std::collections::VecDeque;
use std::io;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// Must not unwind.
pub(super) type Job = Box<dyn FnOnce() + Send>;

/// Jobs may wait for one another, so the limit is far above the number of processors.
const MAX_THREADS: usize = 256;
/// How long a thread waits for work before it ends.
const PATIENCE: Duration = Duration::from_secs(5);

static STATE: Mutex<State> = Mutex::new(State {
    jobs: VecDeque::new(),
    idle: 0,
    threads: 0,
});
/// Notified for each job that an idle thread is to take.
static WORK: Condvar = Condvar::new();

struct State {
    jobs: VecDeque<Job>,
    /// Threads that wait for work. Some may have been notified and have yet to wake up, so there is one to
    /// spare only if it exceeds the number of jobs.
    idle: usize,
    /// Threads that have not ended, the idle ones included.
    threads: usize,
}

fn lock() -> MutexGuard<'static, State> {
    // No job runs under the lock.
    STATE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Has a job run on some thread.
pub(super) fn submit(job: Job) -> io::Result<()> {
    let mut state = lock();
    state.jobs.push_back(job);
    if state.idle >= state.jobs.len() {
        WORK.notify_one();
        return Ok(());
    }
    if state.threads == MAX_THREADS {
        return Ok(());
    }
    // Under the lock, so that in case of an error the last job in the queue is still this one.
    let spawned = thread::Builder::new()
        .name("glib-coro-block".to_owned())
        .spawn(work);
    match spawned {
        Ok(_) => state.threads += 1,
        // Those that there are will come to it.
        Err(_) if state.threads > 0 => {}
        Err(error) => {
            let refused = state.jobs.pop_back();
            drop(state);
            drop(refused);
            return Err(error);
        }
    }
    Ok(())
}

fn work() {
    let mut state = lock();
    loop {
        while let Some(job) = state.jobs.pop_front() {
            drop(state);
            job();
            state = lock();
        }
        state.idle += 1;
        let (guard, waited) = WORK
            .wait_timeout(state, PATIENCE)
            .unwrap_or_else(PoisonError::into_inner);
        state = guard;
        state.idle -= 1;
        if waited.timed_out() && state.jobs.is_empty() {
            state.threads -= 1;
            return;
        }
    }
}
