//! What is measured about polls where insight is on.
//!
//! Off, there is no [`Insight`], and each turn finds out once that there is none.

use std::time::{Duration, Instant};

use super::id::Id;
use super::lock::Lock;
use super::metrics::{Histogram, LongestPoll, Metrics};

/// A poll that takes this long is slow, unless the program says otherwise. asyncio's figure.
pub(crate) const SLOW_POLL: Duration = Duration::from_millis(100);

/// Whether the environment asks for insight: `GLIB_CORO_DEBUG` is neither empty nor `0`.
pub(crate) fn is_asked_for() -> bool {
    std::env::var_os("GLIB_CORO_DEBUG").is_some_and(|value| !value.is_empty() && value != "0")
}

/// Measures polls. Written by the owner thread, read by any.
#[derive(Debug)]
pub(super) struct Insight {
    /// From what duration on a poll is slow.
    pub(super) threshold: Duration,
    state: Lock<State>,
}

#[derive(Debug, Default)]
struct State {
    /// The polls in progress, the innermost last. Pushed by [`Insight::begin`], popped by
    /// [`Insight::end`].
    frames: Vec<Frame>,
    /// By the coroutine's slot. What is left of one that has ended is overwritten by the slot's next.
    records: Vec<Option<(Id, Record)>>,
    longest: Option<LongestPoll>,
    histogram: Histogram,
    slow: u64,
}

/// A poll in progress.
#[derive(Debug)]
struct Frame {
    /// What it took up to `since`.
    busy: Duration,
    since: Instant,
    /// It runs a nested loop, or did: what came between `since` and the loop's next sign of life was the
    /// loop's.
    nests: bool,
}

/// What was measured about one coroutine.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Record {
    /// It is in the run queue, which other threads cannot see.
    pub(super) is_ready: bool,
    pub(super) polls: u64,
    pub(super) busy: Duration,
    /// When the last poll began.
    pub(super) last_poll: Option<Instant>,
}

/// What is remarkable about a poll that has ended.
#[derive(Clone, Copy, Debug)]
pub(super) struct Verdict {
    pub(super) duration: Duration,
    pub(super) is_slow: bool,
    pub(super) is_longest: bool,
}

impl State {
    /// The record of a coroutine: a fresh one, if the slot's last was another's.
    fn record(&mut self, slot: u32, id: Id) -> &mut Record {
        let slot = slot as usize;
        if self.records.len() <= slot {
            self.records.resize(slot + 1, None);
        }
        let entry = &mut self.records[slot];
        if entry.is_none_or(|(owner, _)| owner != id) {
            *entry = Some((id, Record::default()));
        }
        let (_, record) = entry.as_mut().expect("put there");
        record
    }
}

impl Frame {
    /// The loop that the coroutine runs has shown that it is alive.
    fn nested(&mut self, now: Instant) {
        if !std::mem::replace(&mut self.nests, true) {
            self.busy += now - self.since;
        }
        self.since = now;
    }
}

impl Insight {
    pub(super) fn new(threshold: Duration) -> Self {
        Self {
            threshold,
            state: Lock::default(),
        }
    }

    /// A poll begins.
    pub(super) fn begin(&self, slot: u32, id: Id) {
        let now = Instant::now();
        let mut state = self.state.lock();
        if let Some(outer) = state.frames.last_mut() {
            outer.nested(now);
        }
        state.frames.push(Frame {
            busy: Duration::ZERO,
            since: now,
            nests: false,
        });
        let record = state.record(slot, id);
        record.is_ready = false;
        record.polls += 1;
        record.last_poll = Some(now);
    }

    /// A coroutine is put into the run queue.
    #[cold]
    pub(super) fn woken(&self, slot: u32, id: Id) {
        self.state.lock().record(slot, id).is_ready = true;
    }

    /// The innermost poll has ended.
    pub(super) fn end(&self, slot: u32) -> Verdict {
        let now = Instant::now();
        let mut state = self.state.lock();
        let frame = state.frames.pop().expect("a poll that ends has begun");
        let duration = frame.busy + (now - frame.since);
        if let Some(outer) = state.frames.last_mut() {
            outer.nested(now);
        }
        if let Some((_, record)) = &mut state.records[slot as usize] {
            record.busy += duration;
        }
        state.histogram.add(duration);
        let is_slow = duration >= self.threshold;
        state.slow += u64::from(is_slow);
        let longest = state.longest.as_ref();
        Verdict {
            duration,
            is_slow,
            is_longest: longest.is_none_or(|longest| duration > longest.duration),
        }
    }

    /// The loop prepares to sleep, has slept, or gives a turn. If that happens in the middle of a poll, a
    /// coroutine runs the loop.
    pub(super) fn loop_is_alive(&self) {
        let mut state = self.state.lock();
        if let Some(frame) = state.frames.last_mut() {
            frame.nested(Instant::now());
        }
    }

    pub(super) fn set_longest(&self, longest: LongestPoll) {
        self.state.lock().longest = Some(longest);
    }

    /// Writes what was measured into the runtime's figures.
    pub(super) fn report(&self, metrics: &mut Metrics) {
        let state = self.state.lock();
        metrics.longest_poll = state.longest.clone();
        metrics.poll_times = state.histogram;
        metrics.slow_polls = state.slow;
    }

    /// What was measured about each of these coroutines.
    pub(super) fn records(&self, whose: impl Iterator<Item = (u32, Id)>) -> Vec<Record> {
        let state = self.state.lock();
        let of = |(slot, id)| match state.records.get(slot as usize) {
            Some(Some((owner, record))) if *owner == id => *record,
            // Spawned a moment ago by another thread.
            _ => Record::default(),
        };
        whose.map(of).collect()
    }
}
