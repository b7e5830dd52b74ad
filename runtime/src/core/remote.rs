//! Wakes from other threads: a queue and the flag that coalesces them.
//!
//! The protocol has two rules. A sender pushes first and raises the flag after; only the sender that
//! finds the flag down signals the owner. The owner lowers the flag first and takes the queue after. So
//! whatever was pushed before the flag went down is taken, and whatever is pushed later signals again.

#[cfg(loom)]
use loom::sync::{
    Mutex, MutexGuard,
    atomic::{AtomicBool, Ordering},
};
#[cfg(not(loom))]
use std::sync::{
    Mutex, MutexGuard,
    atomic::{AtomicBool, Ordering},
};

use std::collections::VecDeque;

/// A queue that any thread fills and one thread, the owner, empties.
#[derive(Debug)]
pub(crate) struct RemoteQueue<T> {
    items: Mutex<Items<T>>,
    /// Raised by the first push after a `take`, lowered by `take`. While it is up the owner has been
    /// signalled and will come.
    signalled: AtomicBool,
}

#[derive(Debug)]
struct Items<T> {
    queue: VecDeque<T>,
    /// The owner takes in nothing new.
    closed: bool,
}

impl<T> RemoteQueue<T> {
    pub(crate) fn new() -> Self {
        Self {
            items: Mutex::new(Items {
                queue: VecDeque::new(),
                closed: false,
            }),
            signalled: AtomicBool::new(false),
        }
    }

    /// Adds an item. `true`: the caller must signal the owner.
    #[must_use]
    pub(crate) fn push(&self, item: T) -> bool {
        self.lock().queue.push_back(item);
        self.signal()
    }

    /// Adds an item unless the queue is [closed](Self::close). `Ok(true)`: the caller must signal the owner.
    pub(crate) fn offer(&self, item: T) -> Result<bool, T> {
        let mut items = self.lock();
        if items.closed {
            return Err(item);
        }
        items.queue.push_back(item);
        // Before the lock is given back: whoever closes the queue then finds the flag up, and takes this.
        Ok(self.signal())
    }

    /// Refuses what is [offered](Self::offer) from now on. What was not refused is there for the next [`take`](Self::take).
    pub(crate) fn close(&self) {
        self.lock().closed = true;
    }

    fn signal(&self) -> bool {
        !self.signalled.swap(true, Ordering::AcqRel)
    }

    fn lock(&self) -> MutexGuard<'_, Items<T>> {
        self.items
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Whether there may be something to take.
    #[inline]
    pub(crate) fn is_signalled(&self) -> bool {
        self.signalled.load(Ordering::Acquire)
    }

    /// Looks at each item. `look` must not run foreign code.
    pub(crate) fn for_each(&self, look: impl FnMut(&T)) {
        self.lock().queue.iter().for_each(look);
    }

    /// Takes all items in exchange for an empty queue, whose memory the senders use. Called by the owner only.
    pub(crate) fn take(&self, taken: &mut VecDeque<T>) {
        debug_assert!(taken.is_empty(), "what is in it would be sent again");
        if self.signalled.swap(false, Ordering::AcqRel) {
            std::mem::swap(&mut self.lock().queue, taken);
        }
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use std::collections::VecDeque;
    use std::sync::Arc;
    use std::thread;

    use super::RemoteQueue;

    fn all<T>(queue: &RemoteQueue<T>) -> VecDeque<T> {
        let mut taken = VecDeque::new();
        queue.take(&mut taken);
        taken
    }

    #[test]
    fn one_signal_per_take() {
        let queue = RemoteQueue::new();
        assert!(queue.push(1), "the first push signals");
        assert!(!queue.push(2), "the owner has been signalled");
        assert_eq!(all(&queue), [1, 2]);
        assert!(all(&queue).is_empty());
        assert!(queue.push(3), "the owner may be asleep again");
    }

    /// An owner that takes only when signalled gets everything, each sender's items in order.
    #[test]
    fn nothing_is_lost() {
        const SENDERS: usize = 4;
        const ITEMS: usize = 10_000;
        let queue = Arc::new(RemoteQueue::new());
        let (signal, signals) = std::sync::mpsc::channel();
        let senders: Vec<_> = (0..SENDERS)
            .map(|sender| {
                let (queue, signal) = (queue.clone(), signal.clone());
                thread::spawn(move || {
                    for item in 0..ITEMS {
                        if queue.push((sender, item)) {
                            signal.send(()).unwrap();
                        }
                    }
                })
            })
            .collect();
        drop(signal);
        let mut next = [0; SENDERS];
        for () in signals {
            for (sender, item) in all(&queue) {
                assert_eq!(item, next[sender]);
                next[sender] += 1;
            }
        }
        assert_eq!(next, [ITEMS; SENDERS]);
        for sender in senders {
            sender.join().unwrap();
        }
    }
}

/// Every interleaving of two senders and an owner that sleeps until it is signalled. Run with
/// `RUSTFLAGS="--cfg loom" cargo test --package glib-coro --lib --release loom`.
#[cfg(all(test, loom))]
mod loom_tests {
    use std::collections::VecDeque;

    use loom::sync::Arc;
    use loom::sync::mpsc;
    use loom::thread;

    use super::RemoteQueue;

    fn all<T>(queue: &RemoteQueue<T>) -> VecDeque<T> {
        let mut taken = VecDeque::new();
        queue.take(&mut taken);
        taken
    }

    #[test]
    fn loom_nothing_is_lost_and_signals_are_not_repeated() {
        loom::model(|| {
            let queue = Arc::new(RemoteQueue::new());
            let (signal, signals) = mpsc::channel();
            let items = [2, 1];
            let senders: Vec<_> = (0..items.len())
                .map(|sender| {
                    let (queue, signal) = (queue.clone(), signal.clone());
                    thread::spawn(move || {
                        for item in 0..items[sender] {
                            if queue.push((sender, item)) {
                                signal.send(()).unwrap();
                            }
                        }
                    })
                })
                .collect();
            let (mut taken, mut signalled) = ([0; 2], 0);
            while taken != items {
                // If something was pushed without a signal to follow, loom reports a deadlock here.
                signals.recv().unwrap();
                signalled += 1;
                for (sender, item) in all(&queue) {
                    assert_eq!(item, taken[sender], "in the order of its sender");
                    taken[sender] += 1;
                }
            }
            for sender in senders {
                sender.join().unwrap();
            }
            assert!(signalled <= 3);
            assert!(all(&queue).is_empty());
        });
    }

    /// What is not refused is taken by the owner that looks once more after it closed the queue.
    #[test]
    fn loom_an_offer_is_refused_or_taken_after_the_close() {
        loom::model(|| {
            let queue = Arc::new(RemoteQueue::new());
            let sender = {
                let queue = queue.clone();
                thread::spawn(move || queue.offer(0).is_ok())
            };
            queue.close();
            let taken = all(&queue);
            assert_eq!(sender.join().unwrap(), taken.contains(&0));
        });
    }

    /// A push that finds the flag up is taken by the `take` that its signal is still to bring about.
    #[test]
    fn loom_a_push_during_a_take_is_seen_by_it_or_signals_again() {
        loom::model(|| {
            let queue = Arc::new(RemoteQueue::new());
            assert!(queue.push(0));
            let sender = {
                let queue = queue.clone();
                thread::spawn(move || queue.push(1))
            };
            let taken = all(&queue);
            let signals_again = sender.join().unwrap();
            assert!(taken.contains(&0));
            assert!(taken.contains(&1) || signals_again);
            if signals_again && !taken.contains(&1) {
                assert_eq!(all(&queue), [1]);
            }
        });
    }
}
