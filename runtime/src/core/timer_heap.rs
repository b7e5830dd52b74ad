//! Timers by deadline, which can be removed.

use std::task::Waker;
use std::time::Instant;

use super::id::Id;
use super::node_heap::{ARITY, Node, NodeHeap};
use super::ticks::Ticks;
use super::timer_wheel::{self, TimerWheel};
use super::waiting::Waiting;

/// Names one entry of a [`TimerHeap`]; stale keys are told apart by their `order`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TimerKey {
    pub(crate) slot: u32,
    pub(crate) order: u64,
}

/// What fires, unless the timer was removed.
#[derive(Debug)]
struct Slot {
    order: u64,
    /// `None`: the timer has fired or was removed.
    waiting: Option<Waiting>,
}

/// Timers by deadline: `insert` and `pop_due` in amortised O(log n) of those that come next, `remove` in amortised O(1) but for them,
/// `deadline` in O(1).
///
/// A few timers, or those that come next, are in a heap; the rest is in a wheel, which costs less where there are many.
///
/// Most timers are timeouts that never fire: they are inserted with a late deadline, and removed soon after. The node of a removed
/// timer stays, and its slot with it, until it is the first, the last of the heap or the one that the wheel got last, or
/// such nodes are the majority: to know where each node is, so that it can go at once, was what a timer that fires took longest for.
#[derive(Debug, Default)]
pub(crate) struct TimerHeap {
    ticks: Ticks,
    /// What comes next. Invariants: the first one's timer has not been removed; there are more than `ARITY`, or all.
    nodes: NodeHeap,
    /// What comes later than all of those.
    later: TimerWheel,
    /// The heap may have this many nodes, or `MANY`, before part of them goes to the wheel.
    limit: usize,
    /// Not looked at without need: each is a cache line that nothing else has brought.
    slots: Vec<Slot>,
    vacant: Vec<u32>,
    /// How many nodes are those of removed timers.
    stale: usize,
}

/// A heap of so many is quick; tests do with less.
const MANY: usize = if cfg!(test) { 8 } else { 256 };

/// So many of the next `ARITY` timers make a crowd.
const SEVERAL: usize = 3;

/// So many nodes of removed timers are not worth sweeping away.
const FEW: usize = 32;

impl TimerHeap {
    /// The earliest deadline.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.ticks.moment(self.nodes.first()?.deadline)
    }

    /// Whether the earliest timer is followed by several of other deadlines until that moment. "No" may be wrong, as no more is looked at
    /// than the nodes right behind the first one.
    pub(crate) fn is_crowded(&self, until: Instant) -> bool {
        let Some((first, others)) = self.nodes.split_first() else {
            return false;
        };
        let until = self.ticks.of(until);
        let is_near = |node: &&Node| first.deadline < node.deadline && node.deadline <= until;
        let near = others.iter().take(ARITY).filter(is_near);
        near.filter(|node| self.is_live(node)).count() >= SEVERAL
    }

    /// Adds a timer. `order` must never have been used before; among equal deadlines the smaller one fires first.
    pub(crate) fn insert(&mut self, deadline: Instant, order: u64, waiting: Waiting) -> TimerKey {
        let content = Slot {
            order,
            waiting: Some(waiting),
        };
        let slot = match self.vacant.pop() {
            Some(slot) => {
                self.slots[slot as usize] = content;
                slot
            }
            None => {
                self.slots.push(content);
                (self.slots.len() - 1) as u32
            }
        };
        self.add(Node {
            deadline: self.ticks.of(deadline),
            order: order as u32,
            slot,
        });
        TimerKey { slot, order }
    }

    /// Who waits for a timer that has neither fired nor been removed.
    pub(crate) fn waiting_mut(&mut self, key: TimerKey) -> Option<&mut Waiting> {
        let slot = self.slots.get_mut(key.slot as usize)?;
        slot.waiting.as_mut().filter(|_| slot.order == key.order)
    }

    /// Removes a timer and returns who waits, which the caller drops outside its locks; `None` when it
    /// is gone already.
    pub(crate) fn remove(&mut self, key: TimerKey) -> Option<Waiting> {
        self.waiting_mut(key)?;
        let waiting = self.slots[key.slot as usize].waiting.take();
        self.stale += 1;
        self.sweep();
        waiting
    }

    /// Takes the earliest timer if its deadline is not after `now`.
    pub(crate) fn pop_due(&mut self, now: Instant) -> Option<Waker> {
        let first = *self.nodes.first()?;
        if first.deadline > self.ticks.reached(now) {
            return None;
        }
        let waiting = self.slots[first.slot as usize].waiting.take();
        self.vacant.push(first.slot);
        self.nodes.remove_first();
        self.sweep();
        waiting.map(|waiting| waiting.waker)
    }

    /// Takes every waker, earliest first.
    pub(crate) fn drain(&mut self) -> Vec<Waker> {
        let mut wakers = Vec::with_capacity(self.len() - self.stale);
        while let Some(first) = self.nodes.first() {
            let waiting = self.slots[first.slot as usize].waiting.take();
            wakers.extend(waiting.map(|waiting| waiting.waker));
            self.nodes.remove_first();
            self.refill();
        }
        *self = Self::default();
        wakers
    }

    /// Which coroutine waits for which deadline, in no order.
    pub(crate) fn waiting(&self) -> impl Iterator<Item = (Id, Instant)> {
        let of = |node: &Node| {
            let waiting = self.slots[node.slot as usize].waiting.as_ref()?;
            Some((waiting.id?, self.ticks.moment(node.deadline)?))
        };
        self.nodes.iter().chain(self.later.iter()).filter_map(of)
    }

    /// Whether the node's timer has not been removed.
    fn is_live(&self, node: &Node) -> bool {
        self.stale == 0 || self.slots[node.slot as usize].waiting.is_some()
    }

    /// How many nodes there are.
    fn len(&self) -> usize {
        self.nodes.len() + self.later.len()
    }

    /// Takes away the nodes of removed timers where one of them is the first or the last, or where they are many.
    fn sweep(&mut self) {
        while let Some(last) = self.nodes.last()
            && !self.is_live(last)
        {
            self.vacant.push(last.slot);
            self.nodes.remove_last();
            self.stale -= 1;
        }
        if self.stale == 0 {
            return self.refill();
        }
        while let Some(recent) = self.later.recent()
            && !self.is_live(recent)
        {
            self.vacant.push(recent.slot);
            self.later.remove_recent();
            self.stale -= 1;
        }
        if self.len() > 2 * (self.len() - self.stale) + FEW {
            let (slots, vacant) = (&self.slots, &mut self.vacant);
            let mut is_live = |node: &Node| {
                #[cfg(test)]
                super::node_heap::count_step();
                let is_live = slots[node.slot as usize].waiting.is_some();
                if !is_live {
                    vacant.push(node.slot);
                }
                is_live
            };
            self.nodes.retain(&mut is_live);
            self.later.retain(&mut is_live);
            self.stale = 0;
        }
        self.refill();
        while let Some(first) = self.nodes.first()
            && !self.is_live(first)
        {
            self.vacant.push(first.slot);
            self.nodes.remove_first();
            self.stale -= 1;
            self.refill();
        }
    }

    fn add(&mut self, node: Node) {
        if !self.later.is_empty() && self.later.takes(&node) {
            self.later.push(node);
            return;
        }
        self.nodes.push(node);
        if self.nodes.len() > self.limit.max(MANY) {
            self.spread();
        }
    }

    /// Leaves in the heap what comes next.
    fn spread(&mut self) {
        let mut nodes = self.nodes.take();
        nodes.extend(self.later.iter());
        let next = nodes.iter().map(timer_wheel::range).min();
        self.later = TimerWheel::new(next.unwrap_or_default());
        for node in nodes {
            if self.later.takes(&node) {
                self.later.push(node);
            } else {
                self.nodes.push(node);
            }
        }
        self.refill();
        self.set_limit();
    }

    /// Keeps in the heap what comes next.
    fn refill(&mut self) {
        if self.nodes.len() > ARITY {
            return;
        }
        while self.nodes.len() <= ARITY && !self.later.is_empty() {
            let (slots, vacant) = (&self.slots, &mut self.vacant);
            // The slots of all of them are looked at now, as memory is quicker if it is asked for several things at a time.
            self.later.advance(|node| {
                if slots[node.slot as usize].waiting.is_some() {
                    self.nodes.push(node);
                } else {
                    vacant.push(node.slot);
                    self.stale -= 1;
                }
            });
        }
        self.set_limit();
    }

    /// To spread the nodes again takes as many steps as there are nodes, so it has to be worth it.
    fn set_limit(&mut self) {
        self.limit = (2 * self.nodes.len()).max(self.later.len() / 8);
    }
}

#[cfg(test)]
mod tests;
