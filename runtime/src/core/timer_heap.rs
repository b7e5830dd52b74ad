//! A 4-ary heap of deadlines whose entries can be removed and moved.

use std::task::Waker;
use std::time::Instant;

use slab::Slab;

/// Names one entry of a [`TimerHeap`]; stale keys are told apart by their `order`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TimerKey {
    slot: u32,
    order: u64,
}

/// Where an entry sits. `order` breaks ties, so that equal deadlines fire in creation order.
#[derive(Clone, Copy, Debug)]
struct Node {
    deadline: Instant,
    order: u64,
    slot: u32,
}

impl Node {
    fn before(&self, other: &Self) -> bool {
        (self.deadline, self.order) < (other.deadline, other.order)
    }
}

/// What fires. Invariant: `nodes[slots[s].position].slot == s` for every slot `s`.
#[derive(Debug)]
struct Slot {
    position: u32,
    order: u64,
    waker: Waker,
}

/// Timers by deadline: `insert`, `remove` and `pop_due` in O(log n), `deadline` in O(1).
///
/// Most timers are timeouts that never fire: they are inserted with a late deadline and removed soon
/// after, which both end near the leaves, after one comparison.
#[derive(Debug, Default)]
pub(crate) struct TimerHeap {
    nodes: Vec<Node>,
    slots: Slab<Slot>,
}

const ARITY: usize = 4;

impl TimerHeap {
    /// The earliest deadline.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.nodes.first().map(|node| node.deadline)
    }

    /// Adds a timer. `order` must be unique; among equal deadlines the smaller one fires first.
    pub(crate) fn insert(&mut self, deadline: Instant, order: u64, waker: Waker) -> TimerKey {
        let position = self.nodes.len();
        let slot = self.slots.insert(Slot {
            position: position as u32,
            order,
            waker,
        }) as u32;
        self.nodes.push(Node {
            deadline,
            order,
            slot,
        });
        self.sift_up(position);
        TimerKey { slot, order }
    }

    /// The waker of a timer that has neither fired nor been removed.
    pub(crate) fn waker_mut(&mut self, key: TimerKey) -> Option<&mut Waker> {
        self.slots
            .get_mut(key.slot as usize)
            .filter(|slot| slot.order == key.order)
            .map(|slot| &mut slot.waker)
    }

    /// Removes a timer and returns its waker, which the caller drops outside its locks; `None` when it
    /// is gone already.
    pub(crate) fn remove(&mut self, key: TimerKey) -> Option<Waker> {
        self.waker_mut(key)?;
        let Slot {
            position, waker, ..
        } = self.slots.remove(key.slot as usize);
        self.remove_node(position as usize);
        Some(waker)
    }

    /// Takes the earliest timer if its deadline is not after `now`.
    pub(crate) fn pop_due(&mut self, now: Instant) -> Option<Waker> {
        let first = *self.nodes.first().filter(|node| node.deadline <= now)?;
        self.remove_node(0);
        Some(self.slots.remove(first.slot as usize).waker)
    }

    /// Takes every waker, earliest first.
    pub(crate) fn drain(&mut self) -> Vec<Waker> {
        let mut nodes = std::mem::take(&mut self.nodes);
        nodes.sort_unstable_by_key(|node| (node.deadline, node.order));
        let wakers = nodes
            .iter()
            .map(|node| self.slots.remove(node.slot as usize).waker)
            .collect();
        self.slots = Slab::new();
        wakers
    }

    fn remove_node(&mut self, position: usize) {
        self.nodes.swap_remove(position);
        if position < self.nodes.len() {
            self.place(position);
            if position > 0 && self.nodes[position].before(&self.nodes[(position - 1) / ARITY]) {
                self.sift_up(position);
            } else {
                self.sift_down(position);
            }
        }
    }

    fn sift_up(&mut self, mut position: usize) {
        while position > 0 {
            let parent = (position - 1) / ARITY;
            if !self.nodes[position].before(&self.nodes[parent]) {
                break;
            }
            self.nodes.swap(position, parent);
            self.place(position);
            position = parent;
        }
        self.place(position);
    }

    fn sift_down(&mut self, mut position: usize) {
        loop {
            let first = position * ARITY + 1;
            let last = (first + ARITY).min(self.nodes.len());
            let Some(least) = (first..last).reduce(|least, child| {
                if self.nodes[child].before(&self.nodes[least]) {
                    child
                } else {
                    least
                }
            }) else {
                break;
            };
            if !self.nodes[least].before(&self.nodes[position]) {
                break;
            }
            self.nodes.swap(position, least);
            self.place(position);
            position = least;
        }
        self.place(position);
    }

    /// Tells the slot of the node at `position` where its node is.
    fn place(&mut self, position: usize) {
        let slot = self.nodes[position].slot as usize;
        self.slots[slot].position = position as u32;
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::task::Wake;
    use std::time::Duration;

    use super::*;

    /// Notes its number in a shared place when it is woken.
    struct Numbered(u64, Arc<AtomicU64>);

    impl Wake for Numbered {
        fn wake(self: Arc<Self>) {
            self.1.store(self.0, Ordering::Relaxed);
        }
    }

    /// xorshift64: the same numbers in every run.
    fn next(state: &mut u64) -> u64 {
        *state ^= *state << 13;
        *state ^= *state >> 7;
        *state ^= *state << 17;
        *state
    }

    /// Random insertions, removals and expiries against a sorted map.
    #[test]
    fn behaves_like_a_sorted_map() {
        let origin = Instant::now();
        let fired = Arc::new(AtomicU64::new(0));
        let mut random = 0x9e37_79b9_7f4a_7c15;
        let mut heap = TimerHeap::default();
        let mut model = BTreeMap::new();
        let mut gone = Vec::new();
        for order in 1..50_000 {
            match next(&mut random) % 8 {
                0..4 => {
                    // Few distinct deadlines, so that many are equal.
                    let deadline = origin + Duration::from_micros(next(&mut random) % 200);
                    let waker = Arc::new(Numbered(order, fired.clone())).into();
                    let key = heap.insert(deadline, order, waker);
                    model.insert((deadline, order), key);
                }
                4..6 => {
                    let at = next(&mut random) as usize % model.len().max(1);
                    if let Some((&place, &key)) = model.iter().nth(at) {
                        model.remove(&place);
                        heap.remove(key).expect("still there").wake();
                        assert_eq!(fired.load(Ordering::Relaxed), place.1);
                        gone.push(key);
                    }
                }
                6 => {
                    let now = origin + Duration::from_micros(next(&mut random) % 60);
                    while let Some(waker) = heap.pop_due(now) {
                        let ((deadline, expected), key) = model.pop_first().expect("one is due");
                        assert!(deadline <= now);
                        waker.wake();
                        assert_eq!(fired.load(Ordering::Relaxed), expected);
                        gone.push(key);
                    }
                    assert!(model.keys().all(|(deadline, _)| *deadline > now));
                }
                _ => {
                    if let Some(&key) = gone.last() {
                        assert!(heap.remove(key).is_none(), "a stale key finds nothing");
                        assert!(heap.waker_mut(key).is_none());
                    }
                }
            }
            let first = model.keys().next().map(|(deadline, _)| *deadline);
            assert_eq!(heap.deadline(), first);
        }
        let rest: Vec<u64> = model.keys().map(|(_, order)| *order).collect();
        let drained: Vec<u64> = heap
            .drain()
            .into_iter()
            .map(|waker| {
                waker.wake();
                fired.load(Ordering::Relaxed)
            })
            .collect();
        assert_eq!(drained, rest);
        assert_eq!(heap.deadline(), None);
    }
}
