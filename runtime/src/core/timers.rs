//! The timers of one core, and the kernel timer that stands for the earliest of them.

use std::task::Waker;
use std::time::Instant;

use super::lock::Lock;
use super::reactor::Reactor;
use super::timer_heap::{TimerHeap, TimerKey};

/// Deadlines, usable from any thread.
#[derive(Debug, Default)]
pub(crate) struct Timers(Lock<State>);

#[derive(Debug, Default)]
struct State {
    heap: TimerHeap,
    /// What the kernel timer is set to. `None` as well when it has gone off.
    armed: Option<Instant>,
    /// The host has read the deadline and may be asleep, so an earlier one must reach the kernel at
    /// once. Set by `publish`, cleared by each turn.
    published: bool,
}

impl State {
    fn insert(
        &mut self,
        reactor: &Reactor,
        deadline: Instant,
        order: u64,
        waker: Waker,
    ) -> TimerKey {
        let key = self.heap.insert(deadline, order, waker);
        if self.published && self.armed.is_none_or(|armed| deadline < armed) {
            self.arm(reactor);
        }
        key
    }

    fn arm(&mut self, reactor: &Reactor) {
        let deadline = self.heap.deadline();
        if self.armed != deadline {
            self.armed = deadline;
            reactor.set_timer(deadline);
        }
    }
}

impl Timers {
    /// Adds a timer; see [`TimerHeap::insert`].
    pub(crate) fn insert(
        &self,
        reactor: &Reactor,
        deadline: Instant,
        order: u64,
        waker: Waker,
    ) -> TimerKey {
        self.0.lock().insert(reactor, deadline, order, waker)
    }

    /// Moves a timer that has not fired.
    pub(crate) fn reset(
        &self,
        reactor: &Reactor,
        key: TimerKey,
        deadline: Instant,
        order: u64,
    ) -> Option<TimerKey> {
        let mut state = self.0.lock();
        let waker = state.heap.remove(key)?;
        Some(state.insert(reactor, deadline, order, waker))
    }

    /// Whether the timer has yet to fire. If so, it wakes `waker` when it does.
    pub(crate) fn update(&self, key: TimerKey, waker: &Waker) -> bool {
        match self.0.lock().heap.waker_mut(key) {
            None => return false,
            Some(old) if old.will_wake(waker) => return true,
            Some(_) => {}
        }
        let mut waker = waker.clone();
        let waits = match self.0.lock().heap.waker_mut(key) {
            None => false,
            Some(old) => {
                std::mem::swap(old, &mut waker);
                true
            }
        };
        drop(waker);
        waits
    }

    /// Removes a timer if it has not fired.
    pub(crate) fn remove(&self, key: TimerKey) {
        let waker = self.0.lock().heap.remove(key);
        drop(waker);
    }

    /// Brings the kernel timer up to date before the host sleeps, and returns the earliest deadline.
    pub(crate) fn publish(&self, reactor: &Reactor) -> Option<Instant> {
        let mut state = self.0.lock();
        state.published = true;
        state.arm(reactor);
        state.heap.deadline()
    }

    /// Notes that the host is awake and will publish again before it sleeps.
    pub(crate) fn unpublish(&self) {
        self.0.lock().published = false;
    }

    /// Takes the wakers of what is due. `went_off`: the kernel timer's event has been collected.
    pub(crate) fn expire(&self, now: Instant, went_off: bool, wakers: &mut Vec<Waker>) {
        let mut state = self.0.lock();
        if went_off {
            state.armed = None;
        }
        while let Some(waker) = state.heap.pop_due(now) {
            wakers.push(waker);
        }
    }

    /// Takes every waker: the runtime has ended, and whoever sleeps must look for another one.
    pub(crate) fn close(&self) -> Vec<Waker> {
        self.0.lock().heap.drain()
    }
}
