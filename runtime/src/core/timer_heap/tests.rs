//! Random operations on the heap and on a sorted map.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::Wake;
use std::time::Duration;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

use super::*;
use crate::core::node_heap::STEPS;
use crate::core::ticks::NEAR;

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

/// Few distinct moments, so that many deadlines are equal. The first ones, which are before the heap's origin, count as that ..
const ORIGIN: u64 = 3;
/// .. then come these ticks, of the same range and of others, the same level of the wheel and others ..
const TICKS: [u64; 12] = [
    0,
    1,
    2,
    1 << 20,
    (1 << 20) + 1,
    3 << 20,
    64 << 20,
    65 << 20,
    66 << 20,
    130 << 20,
    1 << 33,
    (1 << 33) + (65 << 20),
];
/// .. and from about here on ticks are seconds.
const LATE: u64 = ORIGIN + TICKS.len() as u64;
const MOMENTS: u64 = LATE + 8;

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
    /// Its lower half wraps on the way.
    next_order: u64,
    woken: Arc<AtomicU64>,
}

impl Pair {
    fn at(&self, moment: u64) -> Instant {
        match moment {
            ..ORIGIN => self.origin - Duration::from_nanos(ORIGIN - moment),
            ORIGIN..LATE => self.origin + Duration::from_nanos(TICKS[(moment - ORIGIN) as usize]),
            _ => self.origin + Duration::from_secs(NEAR - 3 + moment - LATE),
        }
    }

    fn insert(&mut self, number: usize, deadline: u64, waker: Waker) -> TimerKey {
        self.next_order += 1;
        let order = self.next_order;
        let key = self
            .heap
            .insert(self.at(deadline), order, Waiting::new(waker));
        self.model.insert((deadline.max(ORIGIN), order), number);
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
        let expected = self.model.remove(&(deadline.max(ORIGIN), order));
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
                    assert!(deadline <= now.max(ORIGIN));
                    self.is_waker_of(number, &waker);
                }
                assert!(self.model.keys().all(|(deadline, _)| *deadline > now));
            }
        }
    }

    fn check(&self) {
        let first = self.model.keys().next().map(|(first, _)| self.at(*first));
        assert_eq!(self.heap.deadline(), first);
        let slots = &self.heap.slots;
        let is_live = |slot: u32| slots[slot as usize].waiting.is_some();
        let nodes = || self.heap.nodes.iter().chain(self.heap.later.iter());
        let used: HashSet<u32> = nodes().map(|node| node.slot).collect();
        assert_eq!(used.len(), nodes().count(), "each has its own");
        assert_eq!(used.len(), self.heap.len());
        let live = used.iter().filter(|&&slot| is_live(slot)).count();
        assert_eq!(live, self.model.len());
        assert_eq!(self.heap.stale, used.len() - live);
        let vacant: HashSet<u32> = self.heap.vacant.iter().copied().collect();
        assert!(vacant.is_disjoint(&used) && !vacant.iter().any(|&slot| is_live(slot)));
        assert_eq!(self.heap.vacant.len() + used.len(), slots.len());
        assert!(used.len() <= 2 * self.model.len() + FEW);
        let later = &self.heap.later;
        assert!(later.iter().all(|node| later.takes(node)));
        let is_late = |node: &Node| !later.is_empty() && later.takes(node);
        assert!(!self.heap.nodes.iter().any(is_late));
        assert!(self.heap.nodes.len() > ARITY || later.is_empty());
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
        let heap = TimerHeap::default();
        let mut pair = Pair {
            origin: heap.ticks.origin,
            heap,
            model: BTreeMap::new(),
            timers: Vec::new(),
            next_order: u64::from(u32::MAX - 50),
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

/// `order` is compared as what wraps.
#[test]
fn creation_order_outlasts_four_billion_timers() {
    let mut heap = TimerHeap::default();
    let deadline = Instant::now();
    let woken = Arc::new(AtomicU64::new(0));
    let orders = (1 << 32) - 3..(1 << 32) + 3;
    for order in orders.clone() {
        let waker = Arc::new(Numbered(order, woken.clone())).into();
        heap.insert(deadline, order, Waiting::new(waker));
    }
    for order in orders {
        heap.pop_due(deadline).expect("it is due").wake();
        assert_eq!(woken.load(Ordering::Relaxed), order);
    }
}

/// A node of a removed timer says nothing about another timer of the same order, wrapped.
#[test]
fn a_removed_timer_fires_nobody() {
    let mut heap = TimerHeap::default();
    let now = Instant::now();
    let at = |seconds| now + Duration::from_secs(seconds);
    let waiting = || Waiting::new(Waker::noop().clone());
    heap.insert(at(1), 0, waiting());
    let removed = heap.insert(at(2), 1, waiting());
    heap.insert(at(4), 2, waiting());
    assert!(heap.remove(removed).is_some());
    assert_eq!(heap.len(), 3, "the node is there");
    let key = heap.insert(at(3), (1 << 32) + 1, waiting());
    assert!(heap.waiting_mut(removed).is_none());
    assert!(heap.pop_due(at(2)).is_some());
    assert!(heap.pop_due(at(2)).is_none());
    assert!(heap.waiting_mut(key).is_some());
}

/// That far away deadlines are told apart by the second, and so is the present.
#[test]
fn centuries_away_a_timer_does_not_come_early() {
    let mut heap = TimerHeap::default();
    let far = heap.ticks.origin + Duration::from_secs(NEAR + 7);
    let at = |millis| far + Duration::from_millis(millis);
    heap.insert(at(900), 0, Waiting::new(Waker::noop().clone()));
    assert!(heap.pop_due(at(500)).is_none());
    assert!(heap.pop_due(at(1000)).is_some());
}

/// Or the timers after a burst would all be in one heap.
#[test]
fn a_burst_leaves_no_limit_behind() {
    let mut heap = TimerHeap::default();
    let now = Instant::now();
    for order in 0..100 {
        heap.insert(now, order, Waiting::new(Waker::noop().clone()));
    }
    assert!(heap.limit > MANY);
    while heap.pop_due(now).is_some() {}
    assert!(heap.limit <= MANY);
}

/// A heap, and how many times it looked at a node for each timer that was inserted.
struct Counted {
    heap: TimerHeap,
    inserted: u64,
    steps_before: u64,
}

/// Far more timers than the tests' `MANY`.
const CROWD: u64 = 10_000;
const MILLISECOND: u64 = 1_000_000;
const CENTURY: u64 = 100 * 365 * 86_400 * 1_000 * MILLISECOND;

impl Counted {
    fn new() -> Self {
        Self {
            heap: TimerHeap::default(),
            inserted: 0,
            steps_before: STEPS.get(),
        }
    }

    fn insert(&mut self, ticks: u64) -> TimerKey {
        self.inserted += 1;
        let deadline = self.heap.ticks.origin + Duration::from_nanos(ticks);
        let waiting = Waiting::new(Waker::noop().clone());
        self.heap.insert(deadline, self.inserted, waiting)
    }

    fn remove(&mut self, key: TimerKey) {
        assert!(self.heap.remove(key).is_some());
    }

    fn pop(&mut self) -> bool {
        let far = self.heap.ticks.origin + Duration::from_secs(NEAR);
        self.heap.pop_due(far).is_some()
    }

    /// Nearly as many as were inserted is what a pattern takes that is quadratic.
    fn has_taken_few_steps(&self, pattern: &str) {
        let steps = (STEPS.get() - self.steps_before) / self.inserted;
        assert!(steps < 150, "{pattern}: {steps} steps for each timer");
    }
}

/// Each number below `CROWD` once.
fn scattered(number: u64) -> u64 {
    number * 6_007 % CROWD
}

#[test]
fn a_timer_takes_few_steps_in_whatever_order_they_come_and_go() {
    type Order = fn(u64) -> u64;
    let deadlines: [(&str, Order); 9] = [
        ("one deadline", |_| CENTURY),
        ("before the origin", |_| 0),
        ("one range", |number| number),
        ("a range each", |number| number * 2 * MILLISECOND),
        ("a range each, backwards", |number| {
            CENTURY - number * 2 * MILLISECOND
        }),
        ("backwards", |number| CENTURY - number * 1_000),
        ("scattered", |number| scattered(number) * 100_000),
        ("scattered widely", |number| {
            scattered(number) * (CENTURY / CROWD)
        }),
        ("each level", |number| 1 << (number % 62)),
    ];
    let removals: [(&str, Order); 3] = [
        ("in order", |number| number),
        ("backwards", |number| CROWD - 1 - number),
        ("scattered", scattered),
    ];
    for (deadlines, deadline) in deadlines {
        let mut all_fire = Counted::new();
        for number in 0..CROWD {
            all_fire.insert(deadline(number));
        }
        while all_fire.pop() {}
        all_fire.has_taken_few_steps(deadlines);
        for (removals, removal) in removals {
            let mut none_fires = Counted::new();
            let mut keys: Vec<_> = (0..CROWD).map(|n| none_fires.insert(deadline(n))).collect();
            for later in 1..3 {
                for number in (0..CROWD).map(removal) {
                    none_fires.remove(keys[number as usize]);
                    let at = deadline(number) + later * 3 * MILLISECOND;
                    keys[number as usize] = none_fires.insert(at);
                }
            }
            for number in (0..CROWD).map(removal) {
                none_fires.remove(keys[number as usize]);
            }
            none_fires.has_taken_few_steps(&format!("{deadlines}, removed {removals}"));
        }
    }
}

#[test]
fn a_timer_takes_few_steps_before_a_full_wheel() {
    let full = || {
        let mut counted = Counted::new();
        for number in 0..CROWD {
            counted.insert(2 * CENTURY - number * 2 * MILLISECOND);
        }
        counted
    };
    let earlier = |number| CENTURY - number * 2 * MILLISECOND;

    let mut stay = full();
    for number in 0..CROWD {
        stay.insert(earlier(number));
    }
    stay.has_taken_few_steps("earlier and earlier");

    let mut go_at_once = full();
    for number in 0..CROWD {
        let key = go_at_once.insert(earlier(number));
        go_at_once.remove(key);
    }
    go_at_once.has_taken_few_steps("removed at once");

    let mut fire_at_once = full();
    for number in 0..CROWD {
        fire_at_once.insert(earlier(number));
        assert!(fire_at_once.pop());
    }
    fire_at_once.has_taken_few_steps("fire at once");

    // As many as the heap takes, again and again.
    let mut again = full();
    for _ in 0..10 {
        let keys: Vec<_> = (0..CROWD / 8).map(|n| again.insert(earlier(n))).collect();
        for key in keys {
            again.remove(key);
        }
    }
    again.has_taken_few_steps("as many as the heap takes");
}
