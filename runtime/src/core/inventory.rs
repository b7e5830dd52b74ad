//! The list of a core's coroutines with what each of them does.
//!
//! Nothing is kept for it but a number beside each waker: at the moment of the question, the table of
//! coroutines, the queues, the timers, the descriptors and the joins are gone through, each under its own
//! lock, and brought together afterwards. No foreign code runs meanwhile, so any thread may ask, also
//! while the owner thread is in the middle of a poll. The run queue alone is out of other threads' sight; what is in it they know
//! only where insight notes it.

use std::collections::{HashMap, HashSet};

use super::Core;
use super::info::{Info, State, WaitingOn};
use super::{local, registry};

impl Core {
    /// Every coroutine that has not ended, in the order in which they were spawned.
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
            let tasks = core.tasks.lock();
            for (_, entry) in tasks.iter() {
                if let Some(joiner) = entry.joiner {
                    let join = WaitingOn::Join { id: entry.id };
                    waits.entry(joiner).or_default().push(join);
                }
            }
        }
        let (slots, mut infos): (Vec<_>, Vec<_>) = {
            let tasks = self.tasks.lock();
            let list = tasks.iter().map(|(slot, entry)| {
                let info = Info {
                    id: entry.id,
                    name: entry.name.clone(),
                    location: entry.location,
                    state: State::Waiting,
                    waiting_on: Vec::new(),
                    record: None,
                };
                ((slot, entry.id), info)
            });
            list.unzip()
        };
        if let Some(insight) = &self.insight {
            let records = insight.records(slots.into_iter());
            for (info, record) in infos.iter_mut().zip(records) {
                info.record = Some(record);
            }
        }
        let mut ready = HashSet::new();
        self.remote.for_each(|runnable| {
            ready.insert(runnable.metadata().id);
        });
        local::with(self, |queue| {
            let queue = queue.borrow();
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
        infos.sort_unstable_by_key(|info| info.id);
        infos
    }
}
