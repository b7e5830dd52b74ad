//! The coroutines that have been spawned and have not ended.

use std::collections::HashMap;
use std::panic::Location;
use std::task::Waker;

use super::id::Id;
use super::name::Name;
use super::task::UNKNOWN_SLOT;

/// Every coroutine that has been spawned and has not ended. Changed by the owner thread only, see
/// [`local`](super::local).
#[derive(Debug, Default)]
pub(super) struct Table {
    /// By slot. Written in place: what a general container moves in and out was a tenth of the instructions of a spawn.
    entries: Vec<Entry>,
    vacant: Vec<u32>,
    names: Rare<Name>,
    /// Those that are marked for abortion.
    aborted: Rare<()>,
    /// The slots of those that other threads spawned, who could not know them.
    foreign: HashMap<Id, u32>,
    pub(super) spawned: u64,
    /// Whoever waits for the table to run empty; woken each time that a coroutine ends.
    pub(super) drained: Option<Waker>,
    pub(super) peak: usize,
}

/// A coroutine, or a vacant slot.
#[derive(Debug)]
pub(super) struct Entry {
    /// `None`: the slot is vacant.
    id: Option<Id>,
    pub(super) location: &'static Location<'static>,
    /// Set when it first waits. Until then it is in a queue, or being polled, so that nobody need wake it.
    waker: Option<Waker>,
    /// The coroutine that awaits this one's handle, written by the handle.
    pub(super) joiner: Option<Id>,
}

/// What is left of a coroutine.
pub(super) struct Leavings {
    pub(super) aborted: bool,
    pub(super) waker: Option<Waker>,
    /// Is to be woken.
    pub(super) drained: Option<Waker>,
}

impl Table {
    /// Adds a coroutine; returns its slot.
    #[inline]
    pub(super) fn insert(
        &mut self,
        id: Id,
        name: Option<&Name>,
        location: &'static Location<'static>,
    ) -> u32 {
        let slot = match self.vacant.pop() {
            Some(slot) => {
                let entry = &mut self.entries[slot as usize];
                entry.id = Some(id);
                entry.location = location;
                entry.joiner = None;
                slot
            }
            None => self.append(id, location),
        };
        if let Some(name) = name {
            self.names.set(slot, name.clone());
        }
        self.spawned += 1;
        self.peak = self.peak.max(self.len());
        slot
    }

    #[cold]
    fn append(&mut self, id: Id, location: &'static Location<'static>) -> u32 {
        let slot = self.entries.len() as u32;
        self.entries.push(Entry {
            id: Some(id),
            location,
            waker: None,
            joiner: None,
        });
        slot
    }

    /// Adds one that another thread spawned; returns its slot.
    pub(super) fn insert_foreign(
        &mut self,
        id: Id,
        name: Option<&Name>,
        location: &'static Location<'static>,
    ) -> u32 {
        let slot = self.insert(id, name, location);
        self.foreign.insert(id, slot);
        slot
    }

    /// The key of a coroutine that has not ended.
    fn key(&self, slot: u32, id: Id) -> Option<usize> {
        let slot = match slot {
            UNKNOWN_SLOT => *self.foreign.get(&id)?,
            slot => slot,
        } as usize;
        let entry = self.entries.get(slot)?;
        (entry.id == Some(id)).then_some(slot)
    }

    pub(super) fn get_mut(&mut self, slot: u32, id: Id) -> Option<&mut Entry> {
        self.key(slot, id).map(|key| &mut self.entries[key])
    }

    /// Who a coroutine is.
    pub(super) fn name_and_location(
        &self,
        slot: u32,
        id: Id,
    ) -> Option<(Option<Name>, &'static Location<'static>)> {
        let key = self.key(slot, id)?;
        let name = self.name(key as u32).cloned();
        Some((name, self.entries[key].location))
    }

    /// The name of the coroutine in that slot.
    pub(super) fn name(&self, slot: u32) -> Option<&Name> {
        self.names.get(slot)
    }

    pub(super) fn is_aborted(&self, slot: u32, id: Id) -> bool {
        let key = self.key(slot, id);
        key.is_some_and(|key| self.aborted.get(key as u32).is_some())
    }

    /// Marks a coroutine for abortion. `None`: it was marked already, or has ended. The waker, if it has one, is to be called.
    pub(super) fn abort(&mut self, slot: u32, id: Id) -> Option<Option<Waker>> {
        let key = self.key(slot, id)?;
        let was_marked = self.aborted.set(key as u32, ()).is_some();
        (!was_marked).then(|| self.entries[key].waker.clone())
    }

    /// Notes how to wake a coroutine. `Some(true)`: it was marked for abortion before there was a way.
    pub(super) fn waits(&mut self, slot: u32, id: Id, waker: &Waker) -> Option<bool> {
        let key = self.key(slot, id)?;
        self.entries[key].waker = Some(waker.clone());
        Some(self.aborted.get(key as u32).is_some())
    }

    /// Every coroutine with its slot and number.
    pub(super) fn iter(&self) -> impl Iterator<Item = (u32, Id, &Entry)> {
        (0..)
            .zip(&self.entries)
            .filter_map(|(slot, entry)| Some((slot, entry.id?, entry)))
    }

    /// Marks every coroutine for abortion, as [`abort`](Self::abort) does.
    pub(super) fn abort_all(&mut self) -> Vec<Option<Waker>> {
        let all: Vec<_> = self.iter().map(|(slot, id, _)| (slot, id)).collect();
        all.into_iter()
            .filter_map(|(slot, id)| self.abort(slot, id))
            .collect()
    }

    /// Removes a coroutine that has ended. What is returned is to be dropped where foreign code may run.
    #[inline]
    pub(super) fn remove(&mut self, slot: u32) -> Leavings {
        let entry = &mut self.entries[slot as usize];
        let id = entry.id.take();
        let leavings = Leavings {
            aborted: self.aborted.take(slot).is_some(),
            waker: entry.waker.take(),
            drained: self.drained.take(),
        };
        self.names.take(slot);
        self.vacant.push(slot);
        if !self.foreign.is_empty()
            && let Some(id) = id
        {
            self.foreign.remove(&id);
        }
        leavings
    }

    #[inline]
    pub(super) fn len(&self) -> usize {
        self.entries.len() - self.vacant.len()
    }
}

/// What few coroutines have, by slot, up to the last of those that ever had it.
#[derive(Debug)]
struct Rare<T>(Vec<Option<T>>);

impl<T> Default for Rare<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Rare<T> {
    /// Returns what was there before.
    fn set(&mut self, slot: u32, value: T) -> Option<T> {
        let slot = slot as usize;
        if self.0.len() <= slot {
            self.0.resize_with(slot + 1, || None);
        }
        self.0[slot].replace(value)
    }

    fn get(&self, slot: u32) -> Option<&T> {
        self.0.get(slot as usize)?.as_ref()
    }

    #[inline]
    fn take(&mut self, slot: u32) -> Option<T> {
        self.0.get_mut(slot as usize)?.take()
    }
}
