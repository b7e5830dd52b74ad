//! A 4-ary heap of deadlines whose entries can be removed and moved.

use std::task::Waker;
use std::time::Instant;

use slab::Slab;

use super::id::Id;
use super::waiting::Waiting;

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
    waiting: Waiting,
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
    pub(crate) fn insert(&mut self, deadline: Instant, order: u64, waiting: Waiting) -> TimerKey {
        let position = self.nodes.len();
        let slot = self.slots.insert(Slot {
            position: position as u32,
            order,
            waiting,
        }) as u32;
        self.nodes.push(Node {
            deadline,
            order,
            slot,
        });
        self.sift_up(position);
        TimerKey { slot, order }
    }

    /// Who waits for a timer that has neither fired nor been removed.
    pub(crate) fn waiting_mut(&mut self, key: TimerKey) -> Option<&mut Waiting> {
        self.slots
            .get_mut(key.slot as usize)
            .filter(|slot| slot.order == key.order)
            .map(|slot| &mut slot.waiting)
    }

    /// Removes a timer and returns who waits, which the caller drops outside its locks; `None` when it
    /// is gone already.
    pub(crate) fn remove(&mut self, key: TimerKey) -> Option<Waiting> {
        self.waiting_mut(key)?;
        let Slot {
            position, waiting, ..
        } = self.slots.remove(key.slot as usize);
        self.remove_node(position as usize);
        Some(waiting)
    }

    /// Takes the earliest timer if its deadline is not after `now`.
    pub(crate) fn pop_due(&mut self, now: Instant) -> Option<Waker> {
        let first = *self.nodes.first().filter(|node| node.deadline <= now)?;
        self.remove_node(0);
        Some(self.slots.remove(first.slot as usize).waiting.waker)
    }

    /// Takes every waker, earliest first.
    pub(crate) fn drain(&mut self) -> Vec<Waker> {
        let mut nodes = std::mem::take(&mut self.nodes);
        nodes.sort_unstable_by_key(|node| (node.deadline, node.order));
        let wakers = nodes
            .iter()
            .map(|node| self.slots.remove(node.slot as usize).waiting.waker)
            .collect();
        self.slots = Slab::new();
        wakers
    }

    /// Which coroutine waits for which deadline, in no order.
    pub(crate) fn waiting(&self) -> impl Iterator<Item = (Id, Instant)> {
        let of = |node: &Node| Some((self.slots[node.slot as usize].waiting.id?, node.deadline));
        self.nodes.iter().filter_map(of)
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
mod tests;
