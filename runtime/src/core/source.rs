//! One registered descriptor: what is known of its readiness, and who waits for it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll, Waker};

use slab::Slab;

use super::backend::Event;
use super::id::Id;
use super::lock::Lock;
use super::reactor::wake_all;
use super::waiting::Waiting;

/// What a waiter waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// That the descriptor can be read.
    Read,
    /// That the descriptor can be written.
    Write,
}

impl Direction {
    pub(crate) const BOTH: [Self; 2] = [Self::Read, Self::Write];
}

/// A descriptor in the registry. Shared by everyone who waits for it.
#[derive(Debug)]
pub(crate) struct Source {
    /// What the backend calls it: slot and generation, so that late events of a closed descriptor miss.
    pub(crate) token: u64,
    /// Set once, when the runtime has ended or the descriptor's number names another file by now. No
    /// event will come any more.
    dead: AtomicBool,
    /// An event said more than that there is data, or room. Once set it stays.
    wary: AtomicBool,
    readiness: [Readiness; 2],
    sides: Lock<[Side; 2]>,
}

/// The cached readiness of one direction, and the number of events so far, so that a `clear` for an older state does not hide a newer
/// event. Apart from the waiters, because every operation looks at it, and few wait.
///
/// The readiness is set by an event, and cleared by whoever met `WouldBlock`. Set at first, so that the first operation is tried at
/// once.
#[derive(Debug)]
struct Readiness(AtomicU64);

impl Readiness {
    const READY: u64 = 1;

    const fn new() -> Self {
        Self(AtomicU64::new(Self::READY))
    }

    #[inline]
    fn get(&self) -> (bool, u64) {
        let state = self.0.load(Ordering::Acquire);
        (state & Self::READY != 0, state >> 1)
    }

    /// Notes an event. Called under the lock of the sides, so that who holds it sees no event come.
    fn set(&self) {
        let (_, tick) = self.get();
        // A `clear` in between concerns the event before.
        self.0
            .store((tick + 1) << 1 | Self::READY, Ordering::Release);
    }

    /// Forgets the readiness that was seen at `tick`.
    #[inline]
    fn clear(&self, tick: u64) {
        let (seen, cleared) = (tick << 1 | Self::READY, tick << 1);
        // It fails where there was another event, or somebody else cleared it.
        let _ = self
            .0
            .compare_exchange(seen, cleared, Ordering::AcqRel, Ordering::Relaxed);
    }
}

/// The present state of the descriptor has to be asked for.
#[derive(Debug)]
pub(crate) struct MustRearm;

#[derive(Debug)]
struct Side {
    /// Futures that wait. An event takes the wakers and leaves the slots to their owners.
    waiters: Slab<Option<Waiting>>,
    /// Callers of `poll_event`, which have no slot of their own and so cannot say when they lose interest.
    pollers: Vec<Waiting>,
    /// How many of them are kept before all are woken, which sorts out those that lost interest. Doubles
    /// then, until the next event.
    limit: usize,
    /// When `poll_next_event` began to wait.
    polled_at: Option<u64>,
}

const POLLERS: usize = 16;

impl Side {
    fn new() -> Self {
        Self {
            waiters: Slab::new(),
            pollers: Vec::new(),
            limit: POLLERS,
            polled_at: None,
        }
    }
}

impl Source {
    pub(super) fn new(token: u64) -> Self {
        Self {
            token,
            dead: AtomicBool::new(false),
            wary: AtomicBool::new(false),
            readiness: [const { Readiness::new() }; 2],
            sides: Lock::new([Side::new(), Side::new()]),
        }
    }

    /// Notes an event and hands out the wakers of everyone who waited for it.
    pub(super) fn notice(&self, event: Event, wakers: &mut Vec<Waker>) {
        if !event.is_plain {
            self.wary.store(true, Ordering::Relaxed);
        }
        let mut sides = self.sides.lock();
        let happened = [event.readable, event.writable];
        for ((side, readiness), happened) in sides.iter_mut().zip(&self.readiness).zip(happened) {
            if happened {
                readiness.set();
                let waiters = side.waiters.iter_mut().filter_map(|(_, w)| w.take());
                wakers.extend(waiters.map(|waiting| waiting.waker));
                // One at most, nearly always: that is worth a way of its own.
                if side.pollers.len() > 1 {
                    wakers.extend(side.pollers.drain(..).map(|waiting| waiting.waker));
                } else if let Some(waiting) = side.pollers.pop() {
                    wakers.push(waiting.waker);
                }
                side.limit = POLLERS;
            }
        }
    }

    /// Calls `tell` with each coroutine that waits, and what for.
    pub(super) fn waiting(&self, mut tell: impl FnMut(Id, Direction)) {
        let sides = self.sides.lock();
        for direction in Direction::BOTH {
            let side = &sides[direction as usize];
            let waiters = side
                .waiters
                .iter()
                .filter_map(|(_, waiter)| waiter.as_ref());
            for waiting in waiters.chain(&side.pollers) {
                if let Some(id) = waiting.id {
                    tell(id, direction);
                }
            }
        }
    }

    /// Ends the registration: every waiter is woken and finds [`is_dead`](Self::is_dead).
    pub(super) fn die(&self, wakers: &mut Vec<Waker>) {
        self.dead.store(true, Ordering::Release);
        let event = Event {
            token: self.token,
            readable: true,
            writable: true,
            is_plain: false,
        };
        self.notice(event, wakers);
    }

    pub(crate) fn is_dead(&self) -> bool {
        self.dead.load(Ordering::Acquire)
    }

    /// The cached readiness, and the number of events so far.
    #[inline]
    pub(crate) fn state(&self, direction: Direction) -> (bool, u64) {
        self.readiness[direction as usize].get()
    }

    /// The number of events so far.
    pub(crate) fn tick(&self, direction: Direction) -> u64 {
        self.state(direction).1
    }

    /// Whether a wait for an event after `tick` is over: there was one, or none will come. Asked under the lock of the sides.
    fn is_past(&self, direction: Direction, tick: u64) -> bool {
        self.tick(direction) != tick || self.is_dead()
    }

    /// Forgets the readiness that was seen at `tick`.
    #[inline]
    pub(crate) fn clear(&self, direction: Direction, tick: u64) {
        self.readiness[direction as usize].clear(tick);
    }

    /// As [`clear`](Self::clear), for a stream that took or gave less than was asked for, which leaves nothing: what comes now is
    /// an event of its own. Unless the end of the stream, an error or urgent data came with the last one, behind which there may be more.
    pub(crate) fn clear_drained(&self, direction: Direction, tick: u64) {
        if !self.wary.load(Ordering::Relaxed) {
            self.clear(direction, tick);
        }
    }

    /// Is ready if there was an event since the call that returned `Pending`. `Err`: this is the first
    /// call of a wait, and the descriptor has to be re-armed.
    pub(crate) fn poll_next_event(
        &self,
        direction: Direction,
        cx: &mut Context<'_>,
    ) -> Result<Poll<()>, MustRearm> {
        let (started, tick) = {
            let mut sides = self.sides.lock();
            let side = &mut sides[direction as usize];
            match side.polled_at {
                Some(tick) => (true, tick),
                None => (false, *side.polled_at.insert(self.tick(direction))),
            }
        };
        let polled = self.poll_event(direction, tick, cx);
        if polled.is_ready() {
            self.end_wait(direction);
        }
        if started { Ok(polled) } else { Err(MustRearm) }
    }

    /// Makes the next call of [`poll_next_event`](Self::poll_next_event) the first of a wait.
    pub(crate) fn end_wait(&self, direction: Direction) {
        self.sides.lock()[direction as usize].polled_at = None;
    }

    /// Is ready once there was an event after `tick`, or the registration has ended. Any number of tasks may call it.
    pub(crate) fn poll_event(
        &self,
        direction: Direction,
        tick: u64,
        cx: &mut Context<'_>,
    ) -> Poll<()> {
        let waiting = Waiting::new(cx.waker().clone());
        let mut overflow = Vec::new();
        let mut sides = self.sides.lock();
        let side = &mut sides[direction as usize];
        if self.is_past(direction, tick) {
            drop(sides);
            return Poll::Ready(());
        }
        let mut pollers = side.pollers.iter();
        if pollers.any(|known| known.waker.will_wake(&waiting.waker)) {
            drop(sides);
            return Poll::Pending;
        }
        if side.pollers.len() == side.limit {
            // Some of them may have lost interest, and only waking them tells.
            side.limit *= 2;
            overflow.extend(side.pollers.drain(..).map(|waiting| waiting.waker));
        }
        side.pollers.push(waiting);
        drop(sides);
        wake_all(&mut overflow);
        Poll::Pending
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
        {
            let mut sides = self.source.sides.lock();
            let side = &mut sides[self.direction as usize];
            if self.source.is_past(self.direction, self.tick) {
                return Poll::Ready(());
            }
            let slot = *self.slot.get_or_insert_with(|| side.waiters.insert(None));
            let waiting = side.waiters[slot].as_ref();
            if waiting.is_some_and(|waiting| waiting.waker.will_wake(cx.waker())) {
                return Poll::Pending;
            }
        }
        let waiting = Waiting::new(cx.waker().clone());
        let mut sides = self.source.sides.lock();
        let side = &mut sides[self.direction as usize];
        let displaced = match self.slot {
            Some(slot) if !self.source.is_past(self.direction, self.tick) => {
                side.waiters[slot].replace(waiting)
            }
            _ => {
                drop(sides);
                return Poll::Ready(());
            }
        };
        drop(sides);
        drop(displaced);
        Poll::Pending
    }
}

impl Drop for Waiter {
    fn drop(&mut self) {
        if let Some(slot) = self.slot.take() {
            let waiting = self.source.sides.lock()[self.direction as usize]
                .waiters
                .remove(slot);
            drop(waiting);
        }
    }
}
