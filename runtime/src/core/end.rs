//! How a runtime ends: run dry, closed, without its host, or with the panic that ends the program.

use std::any::Any;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::Waker;

use super::turn::wake_idlers;
use super::{Core, current, outcome, reactor};

impl Core {
    /// Ends the `block_on` that runs with this panic, from any thread. The first call wins.
    pub(crate) fn condemn(&self, payload: Box<dyn Any + Send>) {
        let mut verdict = self.verdict.lock();
        if self.is_condemned() {
            drop(verdict);
            outcome::discard(payload);
            return;
        }
        *verdict = Some(payload);
        // After the verdict is there for whoever sees this.
        self.condemned.store(true, Ordering::Release);
        drop(verdict);
        self.interrupt();
        self.reactor.notify();
    }

    /// Whether something that nobody looked at is to end the program.
    pub(crate) fn is_condemned(&self) -> bool {
        self.condemned.load(Ordering::Acquire)
    }

    /// What ends the program. Who takes it ends it; what nobody looks at from then on is a case of its own.
    pub(crate) fn take_verdict(&self) -> Option<Box<dyn Any + Send>> {
        let mut verdict = self.verdict.lock();
        self.condemned.store(false, Ordering::Release);
        verdict.take()
    }

    /// Whether no coroutine is alive but those in the middle of a poll. If not, wakes `waker` when there
    /// may be an answer.
    pub(crate) fn poll_drained(self: &Arc<Self>, waker: &Waker) -> bool {
        let entered = current::enter(self);
        // What another thread spawned is alive as well.
        self.accept_remote(entered.local());
        let (is_drained, displaced) = self.with_table(&mut entered.local().borrow_mut(), |table| {
            if table.len() <= self.polling.depth() {
                return (true, None);
            }
            (false, table.drained.replace(waker.clone()))
        });
        drop(displaced);
        is_drained
    }

    /// Whether the host was destroyed on another thread, so that the owner must [`close`](Self::close).
    pub(crate) fn is_orphaned(&self) -> bool {
        self.orphaned.load(Ordering::Acquire)
    }

    /// Ends the runtime: drops every future on this thread, which must be the owner. Coroutines in the
    /// middle of a poll, which are further down on this stack, are dropped when that poll returns.
    pub(crate) fn close(self: &Arc<Self>) {
        if self.closed.swap(true, Ordering::AcqRel) {
            return;
        }
        let entered = current::enter(self);
        let local = entered.local();
        let wakers: Vec<_> = {
            let local = &mut *local.borrow_mut();
            let marked: Vec<_> = self.with_table(local, |table| table.abort_all());
            local.aborts += marked.len();
            marked
        };
        self.remote.close();
        let _care = self.care();
        wakers.into_iter().flatten().for_each(Waker::wake);
        reactor::wake_all(&mut self.timers.close());
        self.reactor.close();
        loop {
            self.accept_remote(local);
            loop {
                let next = {
                    let mut local = local.borrow_mut();
                    let runnable = local.queue.pop_any();
                    runnable.map(|runnable| (self.is_aborted(&mut local, &runnable), runnable))
                };
                let Some((is_aborted, runnable)) = next else {
                    break;
                };
                self.run(local, runnable, is_aborted);
            }
            let alive = self.with_table(&mut local.borrow_mut(), |table| table.len());
            if alive <= self.polling.depth() {
                break;
            }
            // Another thread is between waking a coroutine and queueing it.
            std::thread::yield_now();
        }
        wake_idlers(local);
    }

    /// The host is gone. On the owner thread that ends the runtime; elsewhere the futures cannot be
    /// dropped, so they wait for the owner to look, see
    /// [`is_orphaned`](Self::is_orphaned).
    pub(crate) fn host_is_gone(self: &Arc<Self>) {
        if self.is_owned_by_this_thread() {
            self.close();
        } else {
            self.orphaned.store(true, Ordering::Release);
        }
    }
}
