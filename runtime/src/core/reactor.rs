//! The registry of descriptors.

use std::collections::HashMap;
use std::io;
use std::os::fd::{AsRawFd, BorrowedFd, RawFd};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::task::Waker;

use slab::Slab;

use super::backend::{Backend, Event};
use super::id::Id;
use super::lock::Lock;
use super::source::{Direction, Source};

/// Knows every registered descriptor and turns the backend's events into wakes.
#[derive(Debug)]
pub(crate) struct Reactor {
    registry: Lock<Registry>,
    /// The backend once more, for who makes the descriptor readable: under the registry's lock, which the owner wants as soon as
    /// it is awake, that took three times as long. Taken when the runtime ends, too.
    bell: Lock<Option<Arc<Backend>>>,
}

#[derive(Debug)]
struct Registry {
    /// Taken when the runtime ends, so that handles that outlive it keep no descriptor open.
    backend: Option<Arc<Backend>>,
    entries: Slab<Entry>,
    /// The slot of each descriptor number, for those who wait for a descriptor they do not own.
    by_fd: HashMap<RawFd, usize>,
    /// Goes into the upper half of each token.
    generation: u32,
    /// Kept for its allocation.
    events: Vec<Event>,
}

#[derive(Debug)]
struct Entry {
    source: Arc<Source>,
    fd: RawFd,
    /// Registrations that share the entry. The last to be released removes it.
    users: usize,
}

impl Reactor {
    pub(crate) fn new(backend: Arc<Backend>) -> Self {
        Self {
            bell: Lock::new(Some(backend.clone())),
            registry: Lock::new(Registry {
                backend: Some(backend),
                entries: Slab::new(),
                by_fd: HashMap::new(),
                generation: 0,
                events: Vec::new(),
            }),
        }
    }

    /// Registers a descriptor for as long as the caller owns it.
    ///
    /// # Errors
    ///
    /// `AlreadyExists` when it is registered already, and the kernel's.
    pub(crate) fn register(&self, fd: BorrowedFd<'_>) -> io::Result<Arc<Source>> {
        self.enrol(fd, None).map(|(source, _)| source)
    }

    /// Registers a descriptor, or joins those who registered it before, and has its state reported. Also
    /// returns how many events in that direction came before the report.
    pub(crate) fn join(
        &self,
        fd: BorrowedFd<'_>,
        direction: Direction,
    ) -> io::Result<(Arc<Source>, u64)> {
        self.enrol(fd, Some(direction))
    }

    fn enrol(
        &self,
        fd: BorrowedFd<'_>,
        share: Option<Direction>,
    ) -> io::Result<(Arc<Source>, u64)> {
        let mut stranded = Vec::new();
        let result = self.registry.lock().enrol(fd, share, &mut stranded);
        wake_all(&mut stranded);
        result
    }

    /// Has the present state of a registered descriptor reported as an event.
    pub(crate) fn rearm(&self, source: &Source, fd: BorrowedFd<'_>) -> io::Result<()> {
        self.registry.lock().backend()?.rearm(fd, source.token)
    }

    /// Ends one registration. `fd` must be the descriptor that was registered.
    pub(crate) fn release(&self, source: &Source, fd: BorrowedFd<'_>) {
        let removed = self.registry.lock().release(source, fd);
        drop(removed);
    }

    /// Collects the kernel's events and the wakers of those whom they concern. `true`: the kernel timer
    /// went off.
    pub(crate) fn collect(&self, wakers: &mut Vec<Waker>) -> bool {
        let mut guard = self.registry.lock();
        let registry = &mut *guard;
        let Some(backend) = &registry.backend else {
            return false;
        };
        let mut events = std::mem::take(&mut registry.events);
        let went_off = backend.collect(&mut events);
        for event in events.drain(..) {
            if let Some(entry) = registry.entries.get(slot_of(event.token))
                && entry.source.token == event.token
            {
                entry.source.notice(event, wakers);
            }
        }
        registry.events = events;
        went_off
    }

    /// Which coroutine waits for which descriptor, in no order.
    pub(crate) fn waiting(&self) -> Vec<(Id, RawFd, Direction)> {
        let registry = self.registry.lock();
        let mut list = Vec::new();
        for (_, entry) in &registry.entries {
            let source = &entry.source;
            source.waiting(|id, direction| list.push((id, entry.fd, direction)));
        }
        list
    }

    /// Makes the descriptor readable.
    pub(crate) fn notify(&self) {
        if let Some(backend) = &*self.bell.lock() {
            backend.notify();
        }
    }

    /// Sets the moment at which the descriptor becomes readable.
    pub(crate) fn set_timer(&self, deadline: Option<std::time::Instant>) {
        if let Some(backend) = &self.registry.lock().backend {
            backend.set_timer(deadline);
        }
    }

    /// Ends every registration and lets go of the kernel's objects.
    pub(crate) fn close(&self) {
        let mut wakers = Vec::new();
        drop(self.bell.lock().take());
        let (backend, entries) = {
            let mut registry = self.registry.lock();
            registry.by_fd.clear();
            (
                registry.backend.take(),
                std::mem::replace(&mut registry.entries, Slab::new()),
            )
        };
        for (_, entry) in entries {
            entry.source.die(&mut wakers);
        }
        drop(backend);
        wake_all(&mut wakers);
    }
}

/// Wakes everyone in order; call it with no lock held. A waker that panics, somebody else's, does not
/// keep the rest from being woken.
pub(crate) fn wake_all(wakers: &mut Vec<Waker>) {
    for waker in wakers.drain(..) {
        if let Err(payload) = catch_unwind(AssertUnwindSafe(|| waker.wake())) {
            super::log_panic("a waker", payload);
        }
    }
}

fn slot_of(token: u64) -> usize {
    (token & u64::from(u32::MAX)) as usize
}

impl Registry {
    fn backend(&self) -> io::Result<&Backend> {
        self.backend
            .as_deref()
            .ok_or_else(|| io::Error::new(io::ErrorKind::NotConnected, "the runtime has ended"))
    }

    fn enrol(
        &mut self,
        fd: BorrowedFd<'_>,
        share: Option<Direction>,
        stranded: &mut Vec<Waker>,
    ) -> io::Result<(Arc<Source>, u64)> {
        let raw = fd.as_raw_fd();
        if let Some(&slot) = self.by_fd.get(&raw) {
            let source = &self.entries[slot].source;
            let tick = share.map(|direction| source.tick(direction));
            match (self.backend()?.rearm(fd, source.token), tick) {
                (Ok(()), Some(tick)) => {
                    let entry = &mut self.entries[slot];
                    entry.users += 1;
                    return Ok((entry.source.clone(), tick));
                }
                (Ok(()), None) => {
                    return Err(io::Error::new(
                        io::ErrorKind::AlreadyExists,
                        format!("descriptor {raw} is registered already"),
                    ));
                }
                // The number names another file than the one that was registered: that one was closed
                // behind its waiters' backs.
                (Err(error), _) if error.kind() == io::ErrorKind::NotFound => {
                    self.by_fd.remove(&raw);
                    self.entries.remove(slot).source.die(stranded);
                }
                (Err(error), _) => return Err(error),
            }
        }
        self.generation = self.generation.wrapping_add(1);
        let slot = self.entries.vacant_key();
        // The generation stays below the tokens that the backend keeps for itself.
        let token = u64::from(self.generation & (u32::MAX >> 1)) << 32 | slot as u64;
        let backend = self.backend()?;
        match backend.add(fd, token) {
            // A registration whose removal failed, because the descriptor was closed while a duplicate
            // lived on. It is ours to take over.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                backend.rearm(fd, token)?;
            }
            result => result?,
        }
        let source = Arc::new(Source::new(token));
        self.entries.insert(Entry {
            source: source.clone(),
            fd: raw,
            users: 1,
        });
        self.by_fd.insert(raw, slot);
        Ok((source, 0))
    }

    fn release(&mut self, source: &Source, fd: BorrowedFd<'_>) -> Option<Arc<Source>> {
        let slot = slot_of(source.token);
        let entry = self
            .entries
            .get_mut(slot)
            .filter(|entry| entry.source.token == source.token)?;
        entry.users -= 1;
        if entry.users > 0 {
            return None;
        }
        let entry = self.entries.remove(slot);
        if self.by_fd.get(&entry.fd) == Some(&slot) {
            self.by_fd.remove(&entry.fd);
            if let Some(backend) = &self.backend {
                backend.remove(fd);
            }
        }
        Some(entry.source)
    }
}

#[cfg(test)]
mod model;
#[cfg(test)]
mod tests;
