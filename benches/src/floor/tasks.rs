//! Work without system calls: boxed futures in a queue.

use std::cell::Cell;
use std::collections::{BTreeMap, VecDeque};
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::Instant;

use crate::contestants::FAR;
use crate::machine::processor_time;
use crate::track::Run;

type Queue = VecDeque<Pin<Box<dyn Future<Output = u64>>>>;

/// Polls all of them, in turn, until they are done; the sum of what they return.
fn run(mut queue: Queue) -> u64 {
    let mut sum = 0;
    let mut cx = Context::from_waker(Waker::noop());
    while let Some(mut future) = queue.pop_front() {
        match future.as_mut().poll(&mut cx) {
            Poll::Ready(number) => sum += number,
            Poll::Pending => queue.push_back(future),
        }
    }
    sum
}

fn yield_now() -> impl Future<Output = ()> {
    let mut yielded = false;
    poll_fn(move |_| {
        if std::mem::replace(&mut yielded, true) {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    })
}

/// `TASKS` at once.
pub fn spawn<const TASKS: u64>() -> Run {
    Box::new(|batches| {
        let start = processor_time();
        let mut done = 0;
        for _ in 0..batches {
            let mut queue = Queue::new();
            (0..TASKS).for_each(|_| queue.push_back(Box::pin(async { 1 })));
            done += run(queue);
        }
        assert_eq!(done, batches * TASKS);
        processor_time() - start
    })
}

/// `TASKS` that yield.
pub fn yields<const TASKS: u64>() -> Run {
    Box::new(|batches| {
        let start = processor_time();
        let done = Rc::new(Cell::new(0));
        let queue: Queue = (0..TASKS)
            .map(|_| -> Pin<Box<dyn Future<Output = u64>>> {
                let done = done.clone();
                Box::pin(async move {
                    for _ in 0..batches {
                        yield_now().await;
                        done.set(done.get() + 1);
                    }
                    0
                })
            })
            .collect();
        run(queue);
        assert_eq!(done.get(), batches * TASKS);
        processor_time() - start
    })
}

/// A clock that is read, and a tree that deadlines are put into and taken from.
pub fn timeouts() -> Run {
    Box::new(|batches| {
        let start = processor_time();
        let task = Box::pin(async move {
            let mut deadlines = BTreeMap::from([(Instant::now() + FAR, ())]);
            let mut in_time = 0;
            for _ in 0..batches {
                let deadline = Instant::now() + FAR;
                deadlines.insert(deadline, ());
                yield_now().await;
                in_time += u64::from(deadlines.remove(&deadline).is_some());
            }
            in_time
        });
        assert_eq!(run(Queue::from([task as _])), batches);
        processor_time() - start
    })
}
