//! A 4-ary heap of deadlines whose entries can be removed.

use std::task::Waker;
use std::time::{Duration, Instant};

use super::id::Id;
use super::waiting::Waiting;

/// Names one entry of a [`TimerHeap`]; stale keys are told apart by their `order`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TimerKey {
    pub(crate) slot: u32,
    pub(crate) order: u64,
}

/// Where an entry sits: so small that four of them are a cache line.
#[derive(Clone, Copy, Debug)]
struct Node {
    /// In [`Ticks`].
    deadline: u64,
    /// Breaks ties, so that equal deadlines fire in creation order: the lower half of the timer's, compared as what wraps.
    order: u32,
    /// This node's own: nobody else has it as long as the node is there.
    slot: u32,
}

impl Node {
    #[inline]
    fn before(&self, other: &Self) -> bool {
        let is_older = (self.order.wrapping_sub(other.order) as i32) < 0;
        // Without a branch, which would be anybody's guess.
        (self.deadline < other.deadline) | ((self.deadline == other.deadline) & is_older)
    }
}

/// What fires, unless the timer was removed.
#[derive(Debug)]
struct Slot {
    order: u64,
    /// `None`: the timer has fired or was removed.
    waiting: Option<Waiting>,
}

/// Moments as numbers.
#[derive(Debug)]
struct Ticks {
    /// What comes before counts as this.
    origin: Instant,
}

/// Up to so many seconds from the origin, which is three centuries, ticks are nanoseconds ..
const NEAR: u64 = FAR / NANOS;
/// .. and from this number of ticks on they are seconds, rounded up, so that any [`Instant`] has its number.
const FAR: u64 = 1 << 63;
const NANOS: u64 = 1_000_000_000;

/// Of what is due when the heap is made, only older deadlines than that have no order among each other.
const PAST: Duration = Duration::from_secs(365 * 86_400);

impl Default for Ticks {
    fn default() -> Self {
        let now = Instant::now();
        Self {
            origin: now.checked_sub(PAST).unwrap_or(now),
        }
    }
}

impl Ticks {
    /// The number of a moment, or of the next one that has a number.
    #[inline]
    fn of(&self, moment: Instant) -> u64 {
        let since = moment.saturating_duration_since(self.origin);
        let (seconds, nanos) = (since.as_secs(), u64::from(since.subsec_nanos()));
        if seconds < NEAR {
            return seconds * NANOS + nanos;
        }
        let far = seconds - NEAR + u64::from(nanos > 0);
        far.saturating_add(FAR)
    }

    /// The moment of a number; `None` if it is the one after the last.
    fn moment(&self, number: u64) -> Option<Instant> {
        let since = match number.checked_sub(FAR) {
            None => Duration::from_nanos(number),
            Some(far) => Duration::from_secs(NEAR + far),
        };
        self.origin.checked_add(since)
    }
}

/// Timers by deadline: `insert` and `pop_due` in O(log n), `remove` in amortised O(log n), `deadline` in O(1).
///
/// Most timers are timeouts that never fire: they are inserted with a late deadline, which ends near the leaves after one
/// comparison, and removed soon after. The node of a removed timer stays, and its slot with it, until it is the first or the last, or
/// such nodes are the majority: to know where each node is, so that it can go at once, was what a timer that fires took longest for.
#[derive(Debug, Default)]
pub(crate) struct TimerHeap {
    ticks: Ticks,
    /// Invariant: the first one's timer has not been removed.
    nodes: Vec<Node>,
    /// Not looked at without need: each is a cache line that nothing else has brought.
    slots: Vec<Slot>,
    vacant: Vec<u32>,
    /// How many nodes are those of removed timers.
    stale: usize,
}

const ARITY: usize = 4;

/// So many of the next `ARITY` timers make a crowd.
const SEVERAL: usize = 3;

/// So many nodes of removed timers are not worth sweeping away.
const FEW: usize = 32;

impl TimerHeap {
    /// The earliest deadline.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.ticks.moment(self.nodes.first()?.deadline)
    }

    /// Whether the earliest timer is followed by several of other deadlines until that moment. "No" may be wrong where several have
    /// the earliest deadline, or have been removed.
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
        let position = self.nodes.len();
        self.nodes.push(Node {
            deadline: self.ticks.of(deadline),
            order: order as u32,
            slot,
        });
        self.sift_up(position, 0);
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
        let first = self.nodes.first()?;
        if first.deadline > self.ticks.of(now) {
            return None;
        }
        let waiting = self.slots[first.slot as usize].waiting.take();
        self.remove_first();
        self.sweep();
        waiting.map(|waiting| waiting.waker)
    }

    /// Takes every waker, earliest first.
    pub(crate) fn drain(&mut self) -> Vec<Waker> {
        let mut wakers = Vec::with_capacity(self.nodes.len() - self.stale);
        while let Some(first) = self.nodes.first() {
            let waiting = self.slots[first.slot as usize].waiting.take();
            wakers.extend(waiting.map(|waiting| waiting.waker));
            self.remove_first();
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
        self.nodes.iter().filter_map(of)
    }

    /// Whether the node's timer has not been removed.
    fn is_live(&self, node: &Node) -> bool {
        self.stale == 0 || self.slots[node.slot as usize].waiting.is_some()
    }

    /// Takes away the nodes of removed timers where one of them is the first or the last, or where they are many.
    fn sweep(&mut self) {
        while let Some(last) = self.nodes.last()
            && !self.is_live(last)
        {
            self.vacant.push(last.slot);
            self.nodes.pop();
            self.stale -= 1;
        }
        while let Some(first) = self.nodes.first()
            && !self.is_live(first)
        {
            self.remove_first();
            self.stale -= 1;
        }
        if self.nodes.len() > 2 * (self.nodes.len() - self.stale) + FEW {
            let (slots, vacant) = (&self.slots, &mut self.vacant);
            self.nodes.retain(|node| {
                let is_live = slots[node.slot as usize].waiting.is_some();
                if !is_live {
                    vacant.push(node.slot);
                }
                is_live
            });
            self.stale = 0;
            for position in (0..self.nodes.len().div_ceil(ARITY)).rev() {
                self.sift_down(position);
            }
        }
    }

    /// Takes away the first node and gives its slot back.
    fn remove_first(&mut self) {
        self.vacant.push(self.nodes.swap_remove(0).slot);
        self.sift_down(0);
    }

    /// Moves a node up to where it belongs, but not above `top`.
    fn sift_up(&mut self, mut position: usize, top: usize) {
        let node = self.nodes[position];
        while position > top {
            let parent = (position - 1) / ARITY;
            if !node.before(&self.nodes[parent]) {
                break;
            }
            self.nodes[position] = self.nodes[parent];
            position = parent;
        }
        self.nodes[position] = node;
    }

    /// Moves a node down to where it belongs: to the leaves, near which it nearly always does, and up from there.
    fn sift_down(&mut self, top: usize) {
        let Some(&node) = self.nodes.get(top) else {
            return;
        };
        let mut position = top;
        loop {
            let first = position * ARITY + 1;
            let least = match self.nodes.get(first..).unwrap_or_default() {
                [a, b, c, d, ..] => {
                    let ab = usize::from(b.before(a));
                    let cd = 2 + usize::from(d.before(c));
                    let is_cd = self.nodes[first + cd].before(&self.nodes[first + ab]);
                    first + if is_cd { cd } else { ab }
                }
                [] => break,
                few => {
                    let least = |a: usize, b: usize| {
                        if self.nodes[b].before(&self.nodes[a]) {
                            b
                        } else {
                            a
                        }
                    };
                    (first..first + few.len()).reduce(least).unwrap_or(first)
                }
            };
            self.nodes[position] = self.nodes[least];
            position = least;
        }
        self.nodes[position] = node;
        self.sift_up(position, top);
    }
}

#[cfg(test)]
mod tests;
