//! The 4-ary heap at the bottom of the timers.

#[cfg(test)]
use std::cell::Cell;
use std::ops::Deref;

/// Where an entry sits: so small that four of them are a cache line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node {
    /// In [ticks](super::ticks).
    pub(super) deadline: u64,
    /// Breaks ties, so that equal deadlines fire in creation order: the lower half of the timer's, compared as what wraps.
    pub(super) order: u32,
    /// This node's own: nobody else has it as long as the node is there.
    pub(super) slot: u32,
}

impl Node {
    #[inline]
    pub(super) fn before(&self, other: &Self) -> bool {
        #[cfg(test)]
        count_step();
        let is_older = (self.order.wrapping_sub(other.order) as i32) < 0;
        // Without a branch, which would be anybody's guess.
        (self.deadline < other.deadline) | ((self.deadline == other.deadline) & is_older)
    }
}

/// Nodes, the earliest first and the others behind it as in every heap.
#[derive(Debug, Default)]
pub(super) struct NodeHeap(Vec<Node>);

pub(super) const ARITY: usize = 4;

impl Deref for NodeHeap {
    type Target = [Node];

    fn deref(&self) -> &[Node] {
        &self.0
    }
}

impl NodeHeap {
    #[inline]
    pub(super) fn push(&mut self, node: Node) {
        self.0.push(node);
        self.sift_up(self.0.len() - 1, 0);
    }

    /// Takes away the earliest node; there has to be one.
    pub(super) fn remove_first(&mut self) {
        self.0.swap_remove(0);
        self.sift_down(0);
    }

    /// Takes away the node that is the last one in memory.
    pub(super) fn remove_last(&mut self) {
        self.0.pop();
    }

    pub(super) fn take(&mut self) -> Vec<Node> {
        std::mem::take(&mut self.0)
    }

    pub(super) fn retain(&mut self, is_kept: impl FnMut(&Node) -> bool) {
        self.0.retain(is_kept);
        for position in (0..self.0.len().div_ceil(ARITY)).rev() {
            self.sift_down(position);
        }
    }

    /// Moves a node up to where it belongs, but not above `top`.
    fn sift_up(&mut self, mut position: usize, top: usize) {
        let node = self.0[position];
        while position > top {
            let parent = (position - 1) / ARITY;
            if !node.before(&self.0[parent]) {
                break;
            }
            self.0[position] = self.0[parent];
            position = parent;
        }
        self.0[position] = node;
    }

    /// Moves a node down to where it belongs: to the leaves, near which it nearly always does, and up from there.
    fn sift_down(&mut self, top: usize) {
        let Some(&node) = self.0.get(top) else {
            return;
        };
        let mut position = top;
        loop {
            let first = position * ARITY + 1;
            let least = match self.0.get(first..).unwrap_or_default() {
                [a, b, c, d, ..] => {
                    let ab = usize::from(b.before(a));
                    let cd = 2 + usize::from(d.before(c));
                    let is_cd = self.0[first + cd].before(&self.0[first + ab]);
                    first + if is_cd { cd } else { ab }
                }
                [] => break,
                few => {
                    let least = |a: usize, b: usize| {
                        if self.0[b].before(&self.0[a]) { b } else { a }
                    };
                    (first..first + few.len()).reduce(least).unwrap_or(first)
                }
            };
            self.0[position] = self.0[least];
            position = least;
        }
        self.0[position] = node;
        self.sift_up(position, top);
    }
}

#[cfg(test)]
thread_local! {
    /// How many times this thread has looked at a node.
    pub(super) static STEPS: Cell<u64> = const { Cell::new(0) };
}

#[cfg(test)]
pub(super) fn count_step() {
    STEPS.set(STEPS.get() + 1);
}
