//! The turn: what a host lets a core do before other sources get theirs.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::Waker;
use std::time::{Duration, Instant};

use super::current::Care;
use super::id::Id;
use super::insight::Insight;
use super::local::{Local, LocalRef, Message};
use super::metrics::LongestPoll;
use super::priority::Priority;
use super::reactor::wake_all;
use super::run_queue::Idler;
use super::task::Runnable;
use super::{Core, Level, current};

/// After so many polls a turn looks at I/O, timers and other threads' wakes. tokio's figure.
pub(super) const POLLS_PER_LOOK: u32 = 61;
/// After so long a turn looks at them too.
const TIME_PER_LOOK: Duration = Duration::from_micros(100);

/// At most so many polls go by between two looks at the clock, which costs half as much as a quick poll ..
const MAX_STRIDE: u32 = 8;
/// .. and more than one only while those between the last two looks took less than this together.
const QUICK: Duration = Duration::from_micros(10);

/// Room for so many messages is kept.
const MESSAGES: usize = 4096;

/// How a turn ended, which tells the host when to give the next one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// No coroutine of the turn's priority is ready, or a more urgent one became ready and goes first.
    Done,
    /// The budget is used up. Let everything of lower priority have its dispatch, then give the next turn if
    /// there is anything ready by then.
    Spent,
}

impl Core {
    /// Collects what came from outside, and polls ready coroutines of one priority until none is left
    /// or the budget is used up. Never blocks. May be called while coroutines are in the middle of a
    /// poll further down on the stack; those are not polled again.
    pub(crate) fn turn(self: &Arc<Self>, priority: Priority) -> Turn {
        if !self.is_owned_by_this_thread() {
            self.complain();
            return Turn::Done;
        }
        let entered = current::enter(self);
        let local = entered.local();
        let _care = self.care();
        self.loop_is_alive();
        self.timers.unpublish();
        let outranked_from_start = {
            let queue = &mut local.borrow_mut().queue;
            queue.wake();
            queue.turns += 1;
            more_urgent(priority).any(|p| queue.is_ready(p))
        };
        let mut has_looked = !self.remote_goes_first(local, priority);
        let start = if has_looked {
            self.look(local)
        } else {
            Instant::now()
        };
        // Moments rather than durations: comparing two costs a fifth of subtracting them.
        let spent = start.checked_add(self.budget);
        let mut look_at = start + TIME_PER_LOOK;
        let (mut polls, mut paused_polls) = (0, 0);
        // The clock is read after every poll, unless the last ones were quick.
        let (mut quick_until, mut unclocked, mut stride) = (start + QUICK, 0, 1);
        if priority == Priority::Idle {
            wake_idlers(local);
        }
        loop {
            let next = {
                let mut local = local.borrow_mut();
                if !outranked_from_start && more_urgent(priority).any(|p| local.queue.is_ready(p)) {
                    return Turn::Done;
                }
                let runnable = local.queue.pop(priority);
                runnable.map(|runnable| (self.is_aborted(&mut local, &runnable), runnable))
            };
            let Some((is_aborted, runnable)) = next else {
                if polls == 0 {
                    return Turn::Done;
                }
                // What those polls asked for may be there already, and costs the host no iteration.
                polls = 0;
                let now = self.look(local);
                has_looked = true;
                look_at = now + TIME_PER_LOOK;
                quick_until = now + QUICK;
                continue;
            };
            self.run(local, runnable, is_aborted);
            let is_paused = self.is_paused();
            if is_paused {
                self.fire_by_count();
            }
            polls += 1;
            if self.interrupted.load(Ordering::Relaxed) && !self.is_closed() {
                self.interrupted.store(false, Ordering::Relaxed);
                break;
            }
            if is_paused {
                // Real time decides nothing then: the budget is a number of polls.
                paused_polls += 1;
                if paused_polls >= POLLS_PER_LOOK && !self.is_closed() {
                    return Turn::Spent;
                }
                continue;
            }
            unclocked += 1;
            if unclocked < stride && polls < POLLS_PER_LOOK {
                continue;
            }
            let mut now = Instant::now();
            stride = if now < quick_until {
                (stride * 2).min(MAX_STRIDE)
            } else {
                1
            };
            unclocked = 0;
            if spent.is_some_and(|spent| now >= spent) && !self.is_closed() {
                if !has_looked {
                    self.look(local);
                }
                // Even if none is ready: one whose timer is due, or whose descriptor is ready already, would
                // take the next turn too, and all that come after it.
                return Turn::Spent;
            }
            if polls >= POLLS_PER_LOOK || now >= look_at {
                polls = 0;
                now = self.look(local);
                has_looked = true;
                look_at = now + TIME_PER_LOOK;
            }
            quick_until = now + QUICK;
        }
        if !has_looked {
            self.look(local);
        }
        if local.borrow().queue.is_ready(priority) {
            Turn::Spent
        } else {
            Turn::Done
        }
    }

    /// Collects I/O, due timers and wakes from other threads; returns the time.
    pub(super) fn look(&self, local: &LocalRef) -> Instant {
        let mut wakers = std::mem::take(&mut *self.wakers.lock());
        let went_off = self.reactor.collect(&mut wakers);
        // Read after the kernel was asked: a timer whose event was collected is due now.
        let now = Instant::now();
        let may_fire = self.may_fire();
        self.timers.expire(now, went_off, may_fire, &mut wakers);
        wake_all(&mut wakers);
        *self.wakers.lock() = wakers;
        self.accept_remote(local);
        let queue = &mut local.borrow_mut().queue;
        queue.polls_at_look = queue.polls;
        now
    }

    /// Where nothing is ready but what other threads woke, and nothing was polled since the last look, it goes first: to ask the kernel
    /// would keep it waiting. The turn looks outside once it has been polled. Not where the kernel may know of something more urgent.
    /// `true`: something is ready now.
    fn remote_goes_first(&self, local: &LocalRef, priority: Priority) -> bool {
        if !self.remote.is_signalled() {
            return false;
        }
        let is_at_rest = {
            let queue = &local.borrow().queue;
            !queue.is_ready(priority)
                && !more_urgent(priority).any(|p| queue.is_used(p))
                && queue.polls == queue.polls_at_look
        };
        // While the clock is paused a turn always begins alike.
        if !is_at_rest || self.is_paused() {
            return false;
        }
        self.accept_remote(local);
        local.borrow().queue.is_ready(priority)
    }

    /// Does what other threads asked for; what they woke goes to the run queue.
    pub(super) fn accept_remote(&self, local: &LocalRef) {
        if !self.remote.is_signalled() {
            return;
        }
        let mut must_tell = false;
        let mut wakers = Vec::new();
        let mut questions = Vec::new();
        let mut messages = std::mem::take(&mut *self.messages.lock());
        self.remote.take(&mut messages);
        {
            let local = &mut *local.borrow_mut();
            for message in messages.drain(..) {
                match message {
                    Message::Woken(runnable) => must_tell |= local.queue.push(runnable),
                    Message::Spawned(runnable, location) => {
                        self.enlist_foreign(local, &runnable, location);
                        must_tell |= local.queue.push(runnable);
                    }
                    Message::Abort { slot, id } => wakers.extend(self.mark(local, slot, id)),
                    Message::Ask(asker) => questions.push(asker),
                }
            }
        }
        if messages.capacity() <= MESSAGES {
            *self.messages.lock() = messages;
        }
        if must_tell {
            self.tell_host();
        }
        wakers.into_iter().for_each(Waker::wake);
        for asker in questions {
            // Who got tired of waiting is not there any more.
            let _ = asker.send((self.inventory(), self.metrics()));
        }
    }

    /// To be kept while coroutines are polled. `Some`: they are polled with care.
    pub(super) fn care(&self) -> Option<Care> {
        // A poll in progress may be one of another core.
        let is_nested = self.polling.depth() > 0 || current::id().is_some();
        (self.insight.is_some() || is_nested).then(Care::new)
    }

    /// Whether a coroutine is to drop its future instead of polling it.
    #[inline]
    pub(super) fn is_aborted(&self, local: &mut Local, runnable: &Runnable) -> bool {
        local.aborts > 0 && {
            let meta = runnable.metadata();
            self.with_table(local, |table| table.is_aborted(meta.slot(), meta.id))
        }
    }

    /// Polls one coroutine, and takes it out of the table if it has ended.
    #[inline]
    pub(super) fn run(self: &Arc<Self>, local: &LocalRef, runnable: Runnable, is_aborted: bool) {
        let meta = runnable.metadata();
        let (slot, id) = (meta.slot(), meta.id);
        if current::needs_care() {
            self.run_with_care(local, slot, id, is_aborted, runnable);
        } else if self.poll(slot, id, is_aborted, runnable) {
            self.retire(local, slot, id);
        }
    }

    /// Takes a coroutine that has ended out of the table. Apart, as that is more than the rest of most polls.
    #[inline(never)]
    fn retire(&self, local: &LocalRef, slot: u32, id: Id) {
        let leavings = {
            let mut local = local.borrow_mut();
            let leavings = self.with_table(&mut local, |table| table.remove(slot));
            local.aborts -= usize::from(leavings.aborted);
            leavings
        };
        self.foreign_joins.forget(id);
        drop(leavings.waker);
        leavings.drained.into_iter().for_each(Waker::wake);
    }

    /// `true`: the coroutine has ended.
    #[inline]
    fn poll(&self, slot: u32, id: Id, is_aborted: bool, runnable: Runnable) -> bool {
        self.polling.begin(id);
        current::begin(id, slot, is_aborted);
        runnable.run();
        let finished = current::end();
        self.polling.end();
        finished
    }

    /// As [`run`](Self::run), but as the innermost core, inside other polls, and measured: whatever of it is called for.
    #[cold]
    fn run_with_care(
        self: &Arc<Self>,
        local: &LocalRef,
        slot: u32,
        id: Id,
        is_aborted: bool,
        runnable: Runnable,
    ) {
        let entered = current::enter(self);
        let outer = (self.polling.set_aside(), current::set_aside());
        if let Some(insight) = &self.insight {
            insight.begin(slot, id);
        }
        let finished = self.poll(slot, id, is_aborted, runnable);
        let warning = self
            .insight
            .as_ref()
            .and_then(|insight| self.judge(insight, local, slot, id));
        self.polling.put_back(outer.0);
        current::put_back(&outer.1);
        drop(entered);
        if finished {
            self.retire(local, slot, id);
        }
        // Last, as who is told may run the loop, or end the runtime.
        if let Some(warning) = warning {
            self.log(Level::Warning, &warning);
        }
    }

    /// Ends a poll that is measured. What there is to tell, if it was slow.
    fn judge(&self, insight: &Insight, local: &LocalRef, slot: u32, id: Id) -> Option<String> {
        let verdict = insight.end(slot);
        if !verdict.is_slow && !verdict.is_longest {
            return None;
        }
        let (name, location) = self
            .with_table(&mut local.borrow_mut(), |table| {
                table.name_and_location(slot, id)
            })
            .expect("it has not been taken out");
        if verdict.is_longest {
            insight.set_longest(LongestPoll {
                duration: verdict.duration,
                id,
                name: name.as_deref().map(str::to_owned),
                location,
            });
        }
        verdict.is_slow.then(|| {
            let who = name.map_or_else(|| id.to_string(), |name| format!("`{name}`"));
            format!(
                "coroutine {who} (spawned at {location}) blocked the loop for {:.1?} in one poll ({:?} or more \
                 is slow); let it await in between, or do the work in `glib_coro::unblock`",
                verdict.duration, insight.threshold
            )
        })
    }

    /// Says, once, that a thread iterates a loop whose coroutines belong to another one.
    pub(crate) fn complain(&self) {
        if !self.complained.swap(true, Ordering::Relaxed) {
            self.log(
                Level::Critical,
                "a thread iterates the event loop of a runtime that another thread built; its \
                 coroutines do not run here; iterate the loop on the thread that built the runtime",
            );
        }
    }
}

/// Ends the waits for idleness.
pub(super) fn wake_idlers(local: &LocalRef) {
    let idlers = local.borrow_mut().queue.take_idlers();
    // One after the other: those that were woken may end the waits of others.
    idlers.iter().for_each(wake_idler);
}

/// Ends a wait for idleness.
pub(super) fn wake_idler(idler: &Idler) {
    let waker = idler.lock().take();
    wake_all(&mut waker.into_iter().collect());
}

fn more_urgent(priority: Priority) -> impl Iterator<Item = Priority> {
    Priority::ALL.into_iter().filter(move |p| *p < priority)
}
