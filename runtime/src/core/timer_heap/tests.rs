//! Random operations on the heap and on a sorted map.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::Wake;
use std::time::Duration;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

use super::*;

/// Notes its number in a shared place when it is woken.
struct Numbered(u64, Arc<AtomicU64>);

impl Wake for Numbered {
    fn wake(self: Arc<Self>) {
        self.1.store(self.0, Ordering::Relaxed);
    }
}

#[derive(Clone, Debug)]
enum Operation {
    Insert(u64),
    /// One of the keys that ever were, alive or not.
    Cancel(Index),
    Reset(Index, u64),
    Fire(u64),
}

/// Few distinct moments, so that many deadlines are equal.
const MOMENTS: u64 = 20;

fn operation() -> impl Strategy<Value = Operation> {
    prop_oneof![
        6 => (0..MOMENTS).prop_map(Operation::Insert),
        2 => any::<Index>().prop_map(Operation::Cancel),
        2 => (any::<Index>(), 0..MOMENTS).prop_map(|(key, at)| Operation::Reset(key, at)),
        1 => (0..MOMENTS).prop_map(Operation::Fire),
    ]
}

/// The heap, the sorted map, and who is who.
struct Pair {
    origin: Instant,
    heap: TimerHeap,
    /// Deadline and order, to the timer's number: a reset changes the order, not the number.
    model: BTreeMap<(u64, u64), usize>,
    /// The present key, deadline and order of each timer.
    timers: Vec<(TimerKey, u64, u64)>,
    next_order: u64,
    woken: Arc<AtomicU64>,
}

impl Pair {
    fn at(&self, moment: u64) -> Instant {
        self.origin + Duration::from_micros(moment)
    }

    fn insert(&mut self, number: usize, deadline: u64, waker: Waker) -> TimerKey {
        self.next_order += 1;
        let order = self.next_order;
        let key = self
            .heap
            .insert(self.at(deadline), order, Waiting::new(waker));
        self.model.insert((deadline, order), number);
        key
    }

    /// The waker is that of the timer with this number.
    fn is_waker_of(&self, number: usize, waker: &Waker) {
        waker.wake_by_ref();
        assert_eq!(self.woken.load(Ordering::Relaxed), number as u64);
    }

    /// Takes a timer out of both.
    fn cancel(&mut self, number: usize) -> Option<Waker> {
        let (key, deadline, order) = self.timers[number];
        let waker = self.heap.remove(key).map(|waiting| waiting.waker);
        let expected = self.model.remove(&(deadline, order));
        assert_eq!(waker.is_some(), expected.is_some());
        assert!(self.heap.remove(key).is_none(), "a stale key finds nothing");
        assert!(self.heap.waiting_mut(key).is_none());
        waker.inspect(|waker| self.is_waker_of(number, waker))
    }

    fn apply(&mut self, operation: &Operation) {
        match *operation {
            Operation::Insert(deadline) => {
                let number = self.timers.len();
                let waker = Arc::new(Numbered(number as u64, self.woken.clone())).into();
                let key = self.insert(number, deadline, waker);
                self.timers.push((key, deadline, self.next_order));
            }
            Operation::Cancel(_) | Operation::Reset(..) if self.timers.is_empty() => {}
            Operation::Cancel(index) => {
                self.cancel(index.index(self.timers.len()));
            }
            Operation::Reset(index, deadline) => {
                let number = index.index(self.timers.len());
                if let Some(waker) = self.cancel(number) {
                    let key = self.insert(number, deadline, waker);
                    self.timers[number] = (key, deadline, self.next_order);
                }
            }
            Operation::Fire(now) => {
                while let Some(waker) = self.heap.pop_due(self.at(now)) {
                    let ((deadline, _), number) = self.model.pop_first().expect("one is due");
                    assert!(deadline <= now);
                    self.is_waker_of(number, &waker);
                }
                assert!(self.model.keys().all(|(deadline, _)| *deadline > now));
            }
        }
    }

    fn check(&self) {
        let first = self.model.keys().next().map(|(first, _)| self.at(*first));
        assert_eq!(self.heap.deadline(), first);
        assert_eq!(self.heap.slots.len(), self.model.len());
        let slots = &self.heap.slots;
        let live = self
            .heap
            .nodes
            .iter()
            .filter(|node| node.slot(slots).is_some());
        assert_eq!(live.count(), self.model.len());
        assert!(self.heap.nodes.len() <= 2 * self.model.len() + FEW);
        let parents = (1..self.heap.nodes.len()).map(|position| (position, (position - 1) / ARITY));
        for (child, parent) in parents {
            assert!(!self.heap.nodes[child].before(&self.heap.nodes[parent]));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..Default::default() })]

    #[test]
    fn the_heap_behaves_like_a_sorted_map(operations in vec(operation(), 1..400)) {
        let mut pair = Pair {
            origin: Instant::now(),
            heap: TimerHeap::default(),
            model: BTreeMap::new(),
            timers: Vec::new(),
            next_order: 0,
            woken: Arc::default(),
        };
        for operation in &operations {
            pair.apply(operation);
            pair.check();
        }
        let rest: Vec<usize> = pair.model.values().copied().collect();
        let drained = pair.heap.drain();
        assert_eq!(drained.len(), rest.len());
        for (number, waker) in rest.into_iter().zip(&drained) {
            pair.is_waker_of(number, waker);
        }
        assert_eq!(pair.heap.deadline(), None);
    }
}
