//! One registered descriptor: what is known of its readiness, and who waits for it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Waker};

use slab::Slab;

use super::lock::Lock;

/// What a waiter waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    Read,
    Write,
}

/// A descriptor in the registry. Shared by everyone who waits for it.
#[derive(Debug)]
pub(crate) struct Source {
    /// What the backend calls it: slot and generation, so that late events of a closed descriptor miss.
    pub(crate) token: u64,
    /// Set once, when the runtime has ended or the descriptor's number names another file by now. No
    /// event will come any more.
    dead: AtomicBool,
    sides: Lock<[Side; 2]>,
}

/// The present state of the descriptor has to be asked for.
#[derive(Debug)]
pub(crate) struct MustRearm;

#[derive(Debug)]
struct Side {
    /// The cached readiness: set by an event, cleared by whoever met `WouldBlock`. Set at first, so that
    /// the first operation is tried at once.
    ready: bool,
    /// Counts events, so that a `clear` for an older state does not hide a newer event.
    tick: u64,
    /// Futures that wait. An event takes the wakers and leaves the slots to their owners.
    waiters: Slab<Option<Waker>>,
    /// The last caller of a `poll_…` function, which has no slot of its own.
    poller: Option<Waker>,
    /// When `poll_next_event` began to wait.
    polled_at: Option<u64>,
}

impl Side {
    fn new() -> Self {
        Self {
            ready: true,
            tick: 0,
            waiters: Slab::new(),
            poller: None,
            polled_at: None,
        }
    }
}

impl Source {
    pub(super) fn new(token: u64) -> Self {
        Self {
            token,
            dead: AtomicBool::new(false),
            sides: Lock::new([Side::new(), Side::new()]),
        }
    }

    /// Notes an event and hands out the wakers of everyone who waited for it.
    pub(super) fn notice(&self, readable: bool, writable: bool, wakers: &mut Vec<Waker>) {
        let mut sides = self.sides.lock();
        for (side, happened) in sides.iter_mut().zip([readable, writable]) {
            if happened {
                side.ready = true;
                side.tick += 1;
                wakers.extend(side.waiters.iter_mut().filter_map(|(_, w)| w.take()));
                wakers.extend(side.poller.take());
            }
        }
    }

    /// Ends the registration: every waiter is woken and finds [`is_dead`](Self::is_dead).
    pub(super) fn die(&self, wakers: &mut Vec<Waker>) {
        self.dead.store(true, Ordering::Release);
        self.notice(true, true, wakers);
    }

    pub(crate) fn is_dead(&self) -> bool {
        self.dead.load(Ordering::Acquire)
    }

    /// The cached readiness, and the number of events so far.
    pub(crate) fn state(&self, direction: Direction) -> (bool, u64) {
        let sides = self.sides.lock();
        let side = &sides[direction as usize];
        (side.ready, side.tick)
    }

    /// The number of events so far.
    pub(crate) fn tick(&self, direction: Direction) -> u64 {
        self.state(direction).1
    }

    /// Forgets the readiness that was seen at `tick`.
    pub(crate) fn clear(&self, direction: Direction, tick: u64) {
        let mut sides = self.sides.lock();
        let side = &mut sides[direction as usize];
        if side.tick == tick {
            side.ready = false;
        }
    }

    /// Is ready if there was an event since the call that returned `Pending`; serves the latest caller
    /// per direction. `Err`: this is the first call of a wait, and the descriptor has to be re-armed.
    pub(crate) fn poll_next_event(
        &self,
        direction: Direction,
        cx: &mut Context<'_>,
    ) -> Result<Poll<()>, MustRearm> {
        let mut sides = self.sides.lock();
        let side = &mut sides[direction as usize];
        let started = side.polled_at.is_some();
        if side.polled_at.is_some_and(|tick| tick != side.tick) {
            side.polled_at = None;
            return Ok(Poll::Ready(()));
        }
        side.polled_at = Some(side.tick);
        let displaced = replace_waker(&mut side.poller, cx.waker());
        drop(sides);
        drop(displaced);
        if started {
            Ok(Poll::Pending)
        } else {
            Err(MustRearm)
        }
    }

    /// Is ready once there was an event after `tick`; serves the latest caller per direction.
    pub(crate) fn poll_event(
        &self,
        direction: Direction,
        tick: u64,
        cx: &mut Context<'_>,
    ) -> Poll<()> {
        let mut sides = self.sides.lock();
        let side = &mut sides[direction as usize];
        if side.tick != tick {
            return Poll::Ready(());
        }
        let displaced = replace_waker(&mut side.poller, cx.waker());
        drop(sides);
        drop(displaced);
        Poll::Pending
    }
}

/// Stores `waker` unless the same is there already; returns what must be dropped outside the lock.
fn replace_waker(slot: &mut Option<Waker>, waker: &Waker) -> Option<Waker> {
    match slot {
        Some(old) if old.will_wake(waker) => None,
        slot => slot.replace(waker.clone()),
    }
}

/// One future's wait for the next event after a given one.
#[derive(Debug)]
pub(crate) struct Waiter {
    source: Arc<Source>,
    direction: Direction,
    tick: u64,
    slot: Option<usize>,
}

impl Waiter {
    /// Waits for an event later than `tick`.
    pub(crate) fn new(source: Arc<Source>, direction: Direction, tick: u64) -> Self {
        Self {
            source,
            direction,
            tick,
            slot: None,
        }
    }

    pub(crate) fn source(&self) -> &Arc<Source> {
        &self.source
    }

    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let mut sides = self.source.sides.lock();
        let side = &mut sides[self.direction as usize];
        if side.tick != self.tick {
            return Poll::Ready(());
        }
        let slot = *self.slot.get_or_insert_with(|| side.waiters.insert(None));
        let displaced = replace_waker(&mut side.waiters[slot], cx.waker());
        drop(sides);
        drop(displaced);
        Poll::Pending
    }
}

impl Drop for Waiter {
    fn drop(&mut self) {
        if let Some(slot) = self.slot.take() {
            let waker = self.source.sides.lock()[self.direction as usize]
                .waiters
                .remove(slot);
            drop(waker);
        }
    }
}
