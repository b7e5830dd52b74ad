//! Counters and logs that tests check instead of clocks.

use std::cell::RefCell;
use std::fmt;
use std::future::pending;
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, ThreadId};

use glib_coro::yield_now;

/// What happened, in order, on one thread.
#[derive(Debug)]
pub struct Notes<T>(Rc<RefCell<Vec<T>>>);

impl<T> Notes<T> {
    /// Nothing happened yet.
    pub fn new() -> Self {
        Self(Rc::default())
    }

    /// Adds a note.
    pub fn push(&self, note: T) {
        self.0.borrow_mut().push(note);
    }

    /// How many notes there are.
    pub fn len(&self) -> usize {
        self.0.borrow().len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Takes all notes.
    pub fn take(&self) -> Vec<T> {
        self.0.take()
    }
}

impl<T> Default for Notes<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> Clone for Notes<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

/// A number that any thread counts up.
#[derive(Clone, Debug, Default)]
pub struct Counter(Arc<AtomicUsize>);

impl Counter {
    /// Zero.
    pub fn new() -> Self {
        Self::default()
    }

    /// Counts one more; returns the number before.
    pub fn add(&self) -> usize {
        self.0.fetch_add(1, Ordering::SeqCst)
    }

    /// The number.
    pub fn get(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

/// Tells how often, and on which threads, the values that it hands out were dropped.
#[derive(Clone, Debug, Default)]
pub struct DropNote(Arc<Mutex<Vec<ThreadId>>>);

impl DropNote {
    /// Nothing was dropped yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// A value whose drop is noted.
    pub fn guard(&self) -> OnDrop<impl FnOnce() + Send + Sync + use<>> {
        let drops = self.0.clone();
        OnDrop::new(move || drops.lock().unwrap().push(thread::current().id()))
    }

    /// A future that never ends, and whose drop is noted.
    pub fn pending(&self) -> impl Future<Output = ()> + Send + use<> {
        let guard = self.guard();
        async move {
            let _guard = guard;
            pending().await
        }
    }

    /// The number of values dropped.
    pub fn count(&self) -> usize {
        self.0.lock().unwrap().len()
    }

    /// The threads that dropped them, in order.
    pub fn threads(&self) -> Vec<ThreadId> {
        self.0.lock().unwrap().clone()
    }
}

/// Calls a function when it is dropped.
#[must_use = "the function is called at once when this is not kept"]
pub struct OnDrop<F: FnOnce()>(Option<F>);

impl<F: FnOnce()> OnDrop<F> {
    /// Will call `function`.
    pub fn new(function: F) -> Self {
        Self(Some(function))
    }
}

impl<F: FnOnce()> Drop for OnDrop<F> {
    fn drop(&mut self) {
        if let Some(function) = self.0.take() {
            function();
        }
    }
}

impl<F: FnOnce()> fmt::Debug for OnDrop<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OnDrop")
    }
}

/// Is always ready, and counts its polls.
pub async fn tick(ticks: Counter) {
    loop {
        ticks.add();
        yield_now().await;
    }
}
