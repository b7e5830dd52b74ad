//! The list of a core's coroutines with what each of them does.
//!
//! Nothing is kept for it but a number beside each waker: at the moment of the question, the table of
//! coroutines, the queues, the timers, the descriptors and the joins are gone through, one after the other,
//! and brought together afterwards. No foreign code runs meanwhile. The table and the run queue are out of other threads'
//! sight: where there is insight the table is a shared one and tells what is in the queue, so that any thread may
//! look while the owner is in the middle of a poll; elsewhere they have to ask the owner.

use std::collections::{HashMap, HashSet};
use std::sync::mpsc;
use std::time::Duration;

use super::Core;
use super::id::Id;
use super::info::{Info, State, WaitingOn};
use super::local::Message;
use super::metrics::Metrics;
use super::table::Table;
use super::{local, registry};

/// How long another thread waits for the owner's answer.
const PATIENCE: Duration = Duration::from_secs(1);

impl Core {
    /// The coroutines and the figures, from any thread. `None`: this is another one, there is no insight, and
    /// the owner does not answer.
    pub(crate) fn picture(&self) -> Option<(Vec<Info>, Metrics)> {
        if self.shared.is_some() || self.is_owned_by_this_thread() || self.is_closed() {
            return Some((self.inventory(), self.metrics()));
        }
        let (asker, answer) = mpsc::channel();
        self.send(Message::Ask(asker));
        answer.recv_timeout(PATIENCE).ok()
    }

    /// Lets `look` see the table, if this thread can.
    fn look_at_table(&self, look: impl FnOnce(&Table)) {
        if let Some(shared) = &self.shared {
            return look(&shared.lock());
        }
        let mut look = Some(look);
        local::with(self, |local| {
            if let Some(look) = look.take() {
                look(&local.borrow().table);
            }
        });
        if let (Some(look), Some((table, _))) = (look, &*self.estate.lock()) {
            look(table);
        }
    }

    /// Every coroutine that has not ended, in the order in which they were spawned. On the owner thread, or with insight.
    pub(crate) fn inventory(&self) -> Vec<Info> {
        // What they wait for comes first: one that waited and is woken meanwhile is then found ready.
        let mut waits: HashMap<_, Vec<WaitingOn>> = HashMap::new();
        for (id, deadline) in self.timers.waiting() {
            let timer = WaitingOn::Timer { deadline };
            waits.entry(id).or_default().push(timer);
        }
        for (id, fd, direction) in self.reactor.waiting() {
            let descriptor = WaitingOn::Descriptor { fd, direction };
            waits.entry(id).or_default().push(descriptor);
        }
        // A coroutine may wait for one of another runtime.
        for core in registry::all() {
            let mut wait = |id, joiner: Option<Id>| {
                if let Some(joiner) = joiner {
                    let join = WaitingOn::Join { id };
                    waits.entry(joiner).or_default().push(join);
                }
            };
            let mut elsewhere = core.foreign_joins.all();
            core.look_at_table(|table| {
                for (_, id, entry) in table.iter() {
                    wait(id, elsewhere.remove(&id).unwrap_or(entry.joiner));
                }
            });
            // Of a table that this thread cannot see.
            for (id, joiner) in elsewhere {
                wait(id, joiner);
            }
        }
        // What is on its way to the owner, before the table: it may arrive meanwhile, and is then told once all the same.
        let mut ready = HashSet::new();
        let mut arriving = Vec::new();
        self.remote.for_each(|message| match message {
            Message::Woken(runnable) => {
                ready.insert(runnable.metadata().id);
            }
            Message::Spawned(runnable, location) => arriving.push(Info {
                id: runnable.metadata().id,
                name: runnable.metadata().name.clone(),
                location,
                state: State::Ready,
                waiting_on: Vec::new(),
                record: None,
            }),
            Message::Abort { .. } | Message::Ask(_) => {}
        });
        let mut slots = Vec::new();
        let mut infos = Vec::new();
        self.look_at_table(|table| {
            for (slot, id, entry) in table.iter() {
                slots.push((slot, id));
                infos.push(Info {
                    id,
                    name: table.name(slot).cloned(),
                    location: entry.location,
                    state: State::Waiting,
                    waiting_on: Vec::new(),
                    record: None,
                });
            }
        });
        if let Some(insight) = &self.insight {
            let records = insight.records(slots.into_iter());
            for (info, record) in infos.iter_mut().zip(records) {
                info.record = Some(record);
            }
        }
        local::with(self, |local| {
            let queue = &local.borrow().queue;
            ready.extend(queue.iter().map(|runnable| runnable.metadata().id));
        });
        let running = self.polling.numbers();
        for info in &mut infos {
            if running.contains(&info.id.number()) {
                info.state = State::Running;
            } else if ready.contains(&info.id) || info.record.is_some_and(|record| record.is_ready)
            {
                info.state = State::Ready;
            } else {
                let known = waits.remove(&info.id);
                info.waiting_on = known.unwrap_or_else(|| vec![WaitingOn::Other]);
            }
        }
        infos.extend(arriving);
        // Stable: of two that are the same the one from the table comes first.
        infos.sort_by_key(|info| info.id);
        infos.dedup_by_key(|info| info.id);
        infos
    }
}
