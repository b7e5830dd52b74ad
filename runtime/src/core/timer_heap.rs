//! A 4-ary heap of deadlines whose entries can be removed.

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

    /// What fires, unless the timer was removed.
    fn slot<'a>(&self, slots: &'a Slab<Slot>) -> Option<&'a Slot> {
        let slot = slots.get(self.slot as usize)?;
        (slot.order == self.order).then_some(slot)
    }
}

/// What fires.
#[derive(Debug)]
struct Slot {
    order: u64,
    waiting: Waiting,
}

/// Timers by deadline: `insert` and `pop_due` in O(log n), `remove` in amortised O(log n), `deadline` in O(1).
///
/// Most timers are timeouts that never fire: they are inserted with a late deadline, which ends near the leaves after one
/// comparison, and removed soon after. The node of a removed timer stays until it is the first or the last, or such nodes are the
/// majority: to know where each node is, so that it can go at once, was what a timer that fires took longest for.
#[derive(Debug, Default)]
pub(crate) struct TimerHeap {
    /// Invariant: the first one has a slot.
    nodes: Vec<Node>,
    slots: Slab<Slot>,
}

const ARITY: usize = 4;

/// So many of the next `ARITY` timers make a crowd.
const SEVERAL: usize = 3;

/// So many nodes of removed timers are not worth sweeping away.
const FEW: usize = 32;

impl TimerHeap {
    /// The earliest deadline.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.nodes.first().map(|node| node.deadline)
    }

    /// Whether the earliest timer is followed by several of other deadlines until that moment. "No" may be wrong where several have
    /// the earliest deadline, or have been removed.
    pub(crate) fn is_crowded(&self, until: Instant) -> bool {
        let next = self.nodes.iter().skip(1).take(ARITY);
        let is_near = |node: &Node| self.deadline() < Some(node.deadline) && node.deadline <= until;
        let near = next.filter(|node| is_near(node) && node.slot(&self.slots).is_some());
        near.count() >= SEVERAL
    }

    /// Adds a timer. `order` must never have been used before; among equal deadlines the smaller one fires first.
    pub(crate) fn insert(&mut self, deadline: Instant, order: u64, waiting: Waiting) -> TimerKey {
        let position = self.nodes.len();
        let slot = self.slots.insert(Slot { order, waiting }) as u32;
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
        let waiting = self.slots.remove(key.slot as usize).waiting;
        self.sweep();
        Some(waiting)
    }

    /// Takes the earliest timer if its deadline is not after `now`.
    pub(crate) fn pop_due(&mut self, now: Instant) -> Option<Waker> {
        let first = self.nodes.first().filter(|node| node.deadline <= now)?;
        let waiting = self.slots.remove(first.slot as usize).waiting;
        // Its node is now that of a removed timer.
        self.sweep();
        Some(waiting.waker)
    }

    /// Takes every waker, earliest first.
    pub(crate) fn drain(&mut self) -> Vec<Waker> {
        let mut nodes = std::mem::take(&mut self.nodes);
        nodes.retain(|node| node.slot(&self.slots).is_some());
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
        let of = |node: &Node| Some((node.slot(&self.slots)?.waiting.id?, node.deadline));
        self.nodes.iter().filter_map(of)
    }

    /// Takes away the nodes of removed timers where one of them is the first or the last, or where they are many.
    fn sweep(&mut self) {
        while let Some(first) = self.nodes.first()
            && first.slot(&self.slots).is_none()
        {
            self.nodes.swap_remove(0);
            self.sift_down(0);
        }
        while let Some(last) = self.nodes.last()
            && last.slot(&self.slots).is_none()
        {
            self.nodes.pop();
        }
        if self.nodes.len() > 2 * self.slots.len() + FEW {
            self.nodes.retain(|node| node.slot(&self.slots).is_some());
            for position in (0..self.nodes.len().div_ceil(ARITY)).rev() {
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
            position = parent;
        }
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
            position = least;
        }
    }
}

#[cfg(test)]
mod tests;
