//! Timers that are not among the next ones.
//!
//! To keep them all in one heap is to visit, for each that fires, a cache line on each of its lower levels that nothing else has
//! brought: with 100,000 timers that took longer than anything else about them. Here a node is moved twice or three times, and always
//! together with its neighbours. The idea is that of the hierarchical timing wheel, and of the radix heap: Varghese and
//! Lauck, "Hashed and hierarchical timing wheels", 1987; Ahuja, Mehlhorn, Orlin and Tarjan, "Faster algorithms for the shortest
//! path problem", 1990. As what it gives out goes through a heap, it costs no exactness.

use super::node_heap::Node;

/// A node's range: so many ticks, which is about a millisecond, have the same.
const GRAIN: u32 = 20;

/// Each level looks at so many bits of the range.
const BITS: u32 = 6;

/// A bucket has room for so many times its nodes, and some more, before it gives memory back.
const ROOM: usize = 4;

#[inline]
pub(super) fn range(node: &Node) -> u64 {
    #[cfg(test)]
    super::node_heap::count_step();
    node.deadline >> GRAIN
}

/// Nodes by range, those of one range in no order.
#[derive(Debug, Default)]
pub(super) struct TimerWheel {
    /// Every node is of a later range. What level it is on depends on the highest bit in which the two differ.
    now: u64,
    /// As many as have been needed.
    levels: Vec<Level>,
    len: usize,
    /// Level and bucket of the last [`push`](Self::push).
    recent: (usize, usize),
}

/// The buckets of a level have the same bits above the level's, which number them.
#[derive(Debug)]
struct Level {
    /// One bit for each bucket that is not empty.
    occupied: u64,
    buckets: [Vec<Node>; 1 << BITS],
}

impl Default for Level {
    fn default() -> Self {
        Self {
            occupied: 0,
            buckets: [const { Vec::new() }; 1 << BITS],
        }
    }
}

impl TimerWheel {
    /// For nodes of later ranges than this one.
    pub(super) fn new(now: u64) -> Self {
        Self {
            now,
            ..Self::default()
        }
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Whether a node is late enough for this wheel.
    #[inline]
    pub(super) fn takes(&self, node: &Node) -> bool {
        range(node) > self.now
    }

    /// Adds a node that the wheel [takes](Self::takes).
    #[inline]
    pub(super) fn push(&mut self, node: Node) {
        let range = range(&node);
        let level = ((range ^ self.now).ilog2() / BITS) as usize;
        let bucket = (range >> (level as u32 * BITS)) as usize % (1 << BITS);
        if self.levels.len() <= level {
            self.levels.resize_with(level + 1, Level::default);
        }
        let place = &mut self.levels[level];
        place.occupied |= 1 << bucket;
        place.buckets[bucket].push(node);
        self.len += 1;
        self.recent = (level, bucket);
    }

    /// Goes on to the earliest range that a node has, and takes its nodes away.
    pub(super) fn advance(&mut self, mut take: impl FnMut(Node)) {
        // On a lower level is what differs in lower bits only, and so is earlier.
        let Some(level) = self.levels.iter().position(|level| level.occupied != 0) else {
            return;
        };
        let place = &mut self.levels[level];
        let bucket = place.occupied.trailing_zeros() as usize;
        place.occupied &= !(1 << bucket);
        let nodes = std::mem::take(&mut place.buckets[bucket]);
        self.len -= nodes.len();
        self.now = nodes.iter().map(range).min().unwrap_or(self.now);
        for node in nodes {
            if self.takes(&node) {
                self.push(node);
            } else {
                take(node);
            }
        }
    }

    /// The node that was added last, if it is still there and in its first place; or another one.
    pub(super) fn recent(&self) -> Option<&Node> {
        let (level, bucket) = self.recent;
        self.levels.get(level)?.buckets[bucket].last()
    }

    /// Takes away that node.
    pub(super) fn remove_recent(&mut self) {
        let (level, bucket) = self.recent;
        let place = &mut self.levels[level];
        let nodes = &mut place.buckets[bucket];
        self.len -= usize::from(nodes.pop().is_some());
        if nodes.is_empty() {
            place.occupied &= !(1 << bucket);
        }
        give_back(nodes);
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Node> {
        let buckets = self.levels.iter().flat_map(|level| &level.buckets);
        buckets.flatten()
    }

    pub(super) fn retain(&mut self, mut is_kept: impl FnMut(&Node) -> bool) {
        self.len = 0;
        for level in &mut self.levels {
            level.occupied = 0;
            for (number, bucket) in level.buckets.iter_mut().enumerate() {
                bucket.retain(&mut is_kept);
                give_back(bucket);
                level.occupied |= u64::from(!bucket.is_empty()) << number;
                self.len += bucket.len();
            }
        }
    }
}

/// Gives back the memory of nodes that were taken away, if those were many. A bucket whose time goes by while it is empty is not looked at again.
fn give_back(bucket: &mut Vec<Node>) {
    if bucket.capacity() > ROOM * (bucket.len() + 1) {
        bucket.shrink_to(2 * bucket.len());
    }
}

#[cfg(test)]
mod tests;
