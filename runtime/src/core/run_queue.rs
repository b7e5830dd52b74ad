//! Ready coroutines, by priority.

use std::collections::VecDeque;
use std::sync::Arc;
use std::task::Waker;

use super::insight::Insight;
use super::lock::Lock;
use super::priority::Priority;
use super::task::Runnable;

/// A wait for idleness: the waker of whoever waits, taken when it is over.
pub(crate) type Idler = Arc<Lock<Option<Waker>>>;

/// One FIFO per priority. Filled and emptied by the owner thread, see [`local`](super::local).
#[derive(Debug, Default)]
pub(crate) struct RunQueue {
    fifos: [VecDeque<Runnable>; Priority::COUNT],
    /// Waits inside `idle()`, ended by the next turn of priority idle.
    idlers: Vec<Idler>,
    /// One bit per priority: the next push must call the host's waker. Either the host was told that nothing is ready and may be asleep,
    /// see [`rest`](Self::rest), which ends with that push or with a turn; or nothing of this priority was ever ready, so that the host
    /// does not serve it yet, which ends with that push alone.
    unheard: u8,
    /// One bit per priority: something of it has been ready.
    used: u8,
    pub(super) polls: u64,
    /// How many there were when the core last looked outside.
    pub(super) polls_at_look: u64,
    pub(super) turns: u64,
    /// Is told what becomes ready, so that other threads can know.
    insight: Option<Arc<Insight>>,
}

impl RunQueue {
    pub(super) fn new(insight: Option<Arc<Insight>>) -> Self {
        Self {
            insight,
            unheard: !0,
            ..Self::default()
        }
    }

    /// Adds a coroutine. `true`: the host may be asleep and must be told.
    #[must_use]
    #[inline]
    pub(super) fn push(&mut self, runnable: Runnable) -> bool {
        let meta = runnable.metadata();
        let priority = meta.priority;
        if let Some(insight) = &self.insight {
            insight.woken(meta.slot(), meta.id);
        }
        self.fifos[priority as usize].push_back(runnable);
        self.stir(priority)
    }

    #[inline]
    pub(super) fn pop(&mut self, priority: Priority) -> Option<Runnable> {
        let runnable = self.fifos[priority as usize].pop_front()?;
        self.polls += 1;
        Some(runnable)
    }

    /// Takes a coroutine of whatever priority.
    pub(super) fn pop_any(&mut self) -> Option<Runnable> {
        Priority::ALL
            .into_iter()
            .find_map(|priority| self.pop(priority))
    }

    /// Adds a waiter for idleness. `true`: the host may be asleep and must be told.
    #[must_use]
    pub(super) fn push_idler(&mut self, idler: Idler) -> bool {
        if self.idlers.len() == self.idlers.capacity() {
            // Those that were dropped; a loop that is never idle would collect them for ever.
            self.idlers.retain(|idler| idler.lock().is_some());
        }
        self.idlers.push(idler);
        self.stir(Priority::Idle)
    }

    pub(super) fn take_idlers(&mut self) -> Vec<Idler> {
        std::mem::take(&mut self.idlers)
    }

    pub(super) fn is_ready(&self, priority: Priority) -> bool {
        !self.fifos[priority as usize].is_empty()
            || (priority == Priority::Idle && !self.idlers.is_empty())
    }

    /// Whether no coroutine is ready and none waits for idleness.
    #[cfg(feature = "test-util")]
    pub(super) fn is_empty(&self) -> bool {
        Priority::ALL
            .iter()
            .all(|&priority| !self.is_ready(priority))
    }

    pub(super) fn len(&self) -> usize {
        self.fifos.iter().map(VecDeque::len).sum()
    }

    /// Every coroutine that is ready, in no order.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Runnable> {
        self.fifos.iter().flatten()
    }

    /// Notes that the host knows that nothing of this priority is ready.
    pub(super) fn rest(&mut self, priority: Priority) {
        self.unheard |= 1 << priority as u8;
    }

    /// Notes that the host is awake.
    pub(super) fn wake(&mut self) {
        self.unheard = !self.used;
    }

    /// Whether anything of this priority was ever ready.
    pub(super) fn is_used(&self, priority: Priority) -> bool {
        self.used & 1 << priority as u8 != 0
    }

    #[inline]
    fn stir(&mut self, priority: Priority) -> bool {
        let bit = 1 << priority as u8;
        let must_tell = self.unheard & bit != 0;
        if must_tell {
            self.unheard &= !bit;
            self.used |= bit;
        }
        must_tell
    }
}
