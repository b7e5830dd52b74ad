//! The timers of one core, and the kernel timer that stands for the earliest of them.

use std::task::Waker;
use std::time::{Duration, Instant};

use super::clock::Clock;
use super::id::Id;
use super::lock::Lock;
use super::reactor::Reactor;
use super::timer_heap::{TimerHeap, TimerKey};
use super::waiting::Waiting;

/// Where timers crowd, the kernel timer goes off no more often than this, for several of them at a time: to be woken costs twenty
/// times what a timer costs. A timer that has this time nearly for itself is not concerned.
const ALARM_GAP: Duration = Duration::from_micros(150);

/// Deadlines, usable from any thread.
#[derive(Debug, Default)]
pub(crate) struct Timers(Lock<State>);

#[derive(Debug, Default)]
struct State {
    heap: TimerHeap,
    /// What the deadlines are compared with.
    clock: Clock,
    /// The moment at which the kernel timer goes off. `None` as well when it has gone off.
    armed: Option<Instant>,
    /// The moment for which it was set when it last went off. Not in the future.
    went_off: Option<Instant>,
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
        waiting: Waiting,
    ) -> TimerKey {
        let key = self.heap.insert(deadline, order, waiting);
        if self.published && self.armed.is_none_or(|armed| deadline < armed) {
            self.arm(reactor);
        }
        if self.published && self.clock.is_paused() {
            // No kernel timer tells the host that the clock may jump.
            reactor.notify();
        }
        key
    }

    /// Takes the wakers of what is due at a moment of real time, in order.
    fn take_due(&mut self, real: Instant, wakers: &mut Vec<Waker>) {
        let now = self.clock.at(real);
        while let Some(waker) = self.heap.pop_due(now) {
            wakers.push(waker);
        }
    }

    /// When the kernel timer is to go off: at the earliest deadline, or a little later together with others.
    fn alarm(&self) -> Option<Instant> {
        let deadline = self.heap.deadline()?;
        let shared = self.went_off.and_then(|last| last.checked_add(ALARM_GAP));
        Some(match shared {
            // A paused clock asks no kernel timer when to go on.
            Some(shared)
                if deadline < shared && !self.clock.is_paused() && self.heap.is_crowded(shared) =>
            {
                shared
            }
            _ => deadline,
        })
    }

    /// Brings the kernel timer up to date, and returns what it is set to, in real time.
    fn arm(&mut self, reactor: &Reactor) -> Option<Instant> {
        let alarm = self.alarm();
        let kernel_time = alarm.and_then(|alarm| self.clock.kernel_time(alarm));
        if self.armed != alarm {
            self.armed = alarm;
            reactor.set_timer(kernel_time);
        }
        kernel_time
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
        let waiting = Waiting::new(waker);
        self.0.lock().insert(reactor, deadline, order, waiting)
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
        let waiting = state.heap.remove(key)?;
        Some(state.insert(reactor, deadline, order, waiting))
    }

    /// Whether the timer has yet to fire. If so, it wakes `waker` when it does.
    pub(crate) fn update(&self, key: TimerKey, waker: &Waker) -> bool {
        match self.0.lock().heap.waiting_mut(key) {
            None => return false,
            Some(old) if old.waker.will_wake(waker) => return true,
            Some(_) => {}
        }
        let mut waiting = Waiting::new(waker.clone());
        let waits = match self.0.lock().heap.waiting_mut(key) {
            None => false,
            Some(old) => {
                std::mem::swap(old, &mut waiting);
                true
            }
        };
        drop(waiting);
        waits
    }

    /// Removes a timer if it has not fired.
    pub(crate) fn remove(&self, key: TimerKey) {
        let waiting = self.0.lock().heap.remove(key);
        drop(waiting);
    }

    /// Brings the kernel timer up to date before the host sleeps, and returns what it is set to.
    pub(crate) fn publish(&self, reactor: &Reactor) -> Option<Instant> {
        let mut state = self.0.lock();
        state.published = true;
        state.arm(reactor)
    }

    /// Notes that the host is awake and will publish again before it sleeps.
    pub(crate) fn unpublish(&self) {
        self.0.lock().published = false;
    }

    /// Takes the wakers of what is due at a moment of real time, if it `may_fire`. `went_off`: the kernel
    /// timer's event has been collected.
    pub(crate) fn expire(
        &self,
        real: Instant,
        went_off: bool,
        may_fire: bool,
        wakers: &mut Vec<Waker>,
    ) {
        let mut state = self.0.lock();
        if went_off {
            // Another thread may have set it anew since the event was collected.
            let now = state.clock.at(real);
            state.went_off = state.armed.take().map(|armed| armed.min(now));
        }
        if may_fire {
            state.take_due(real, wakers);
        }
    }

    /// What the clock shows at a moment of real time.
    pub(crate) fn at(&self, real: Instant) -> Instant {
        self.0.lock().clock.at(real)
    }

    /// Which coroutine waits for which deadline, in no order.
    pub(crate) fn waiting(&self) -> Vec<(Id, Instant)> {
        self.0.lock().heap.waiting().collect()
    }

    /// Takes every waker: the runtime has ended, and whoever sleeps must look for another one.
    pub(crate) fn close(&self) -> Vec<Waker> {
        self.0.lock().heap.drain()
    }
}

#[cfg(feature = "test-util")]
mod virtual_clock {
    use std::time::Duration;

    use super::{Instant, Reactor, State, Timers, Waker};
    use crate::core::clock::ClockError;

    impl State {
        /// The kernel timer stands for a deadline on another clock: the host has to look again.
        fn clock_changed(&mut self, reactor: &Reactor) {
            self.armed = None;
            self.went_off = None;
            reactor.set_timer(None);
            reactor.notify();
        }
    }

    impl Timers {
        pub(crate) fn is_paused(&self) -> bool {
            self.0.lock().clock.is_paused()
        }

        /// Whether there are timers that only a jump of the clock will fire.
        pub(crate) fn wait_for_a_jump(&self) -> bool {
            let state = self.0.lock();
            state.clock.is_paused() && state.heap.deadline().is_some()
        }

        pub(crate) fn pause(&self, reactor: &Reactor) -> Result<(), ClockError> {
            let mut state = self.0.lock();
            state.clock.pause()?;
            state.clock_changed(reactor);
            Ok(())
        }

        pub(crate) fn resume(&self, reactor: &Reactor) -> Result<(), ClockError> {
            let mut state = self.0.lock();
            state.clock.resume()?;
            state.clock_changed(reactor);
            Ok(())
        }

        /// Moves the paused clock, and takes the wakers of what is due then.
        pub(crate) fn advance(
            &self,
            reactor: &Reactor,
            by: Duration,
            wakers: &mut Vec<Waker>,
        ) -> Result<(), ClockError> {
            let mut state = self.0.lock();
            state.clock.advance(by)?;
            state.clock_changed(reactor);
            state.take_due(Instant::now(), wakers);
            Ok(())
        }

        /// Moves the paused clock to the earliest deadline, and takes the wakers of what is due then.
        pub(crate) fn jump(&self, wakers: &mut Vec<Waker>) {
            let mut state = self.0.lock();
            if let Some(deadline) = state.heap.deadline() {
                state.clock.jump(deadline);
                state.armed = None;
                state.take_due(Instant::now(), wakers);
            }
        }
    }
}

#[cfg(test)]
mod tests;
