//! The coroutines that have been spawned and have not ended.

use std::collections::HashMap;
use std::panic::Location;
use std::task::Waker;

use super::id::Id;
use super::name::Name;
use super::task::{Spec, UNKNOWN_SLOT};

/// Every coroutine that has been spawned and has not ended. Changed by the owner thread only, see
/// [`local`](super::local).
#[derive(Debug, Default)]
pub(super) struct Table {
    /// By slot. Written in place: what a general container moves in and out was a tenth of the instructions of a spawn.
    entries: Vec<Entry>,
    vacant: Vec<u32>,
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
    pub(super) name: Option<Name>,
    pub(super) location: &'static Location<'static>,
    /// Set when it first waits. Until then it is in a queue, or being polled, so that nobody need wake it.
    waker: Option<Waker>,
    pub(super) aborted: bool,
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
    pub(super) fn insert(&mut self, id: Id, spec: &Spec) -> u32 {
        let slot = match self.vacant.pop() {
            Some(slot) => {
                let entry = &mut self.entries[slot as usize];
                entry.id = Some(id);
                entry.name = spec.name.clone();
                entry.location = spec.location;
                entry.joiner = None;
                slot
            }
            None => self.append(id, spec),
        };
        self.spawned += 1;
        self.peak = self.peak.max(self.len());
        slot
    }

    #[cold]
    fn append(&mut self, id: Id, spec: &Spec) -> u32 {
        let slot = self.entries.len() as u32;
        self.entries.push(Entry {
            id: Some(id),
            name: spec.name.clone(),
            location: spec.location,
            waker: None,
            aborted: false,
            joiner: None,
        });
        slot
    }

    /// Adds one that another thread spawned; returns its slot.
    pub(super) fn insert_foreign(&mut self, id: Id, spec: &Spec) -> u32 {
        let slot = self.insert(id, spec);
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

    pub(super) fn get(&self, slot: u32, id: Id) -> Option<&Entry> {
        self.key(slot, id).map(|key| &self.entries[key])
    }

    pub(super) fn get_mut(&mut self, slot: u32, id: Id) -> Option<&mut Entry> {
        self.key(slot, id).map(|key| &mut self.entries[key])
    }

    /// Every coroutine with its slot and number.
    pub(super) fn iter(&self) -> impl Iterator<Item = (u32, Id, &Entry)> {
        (0..)
            .zip(&self.entries)
            .filter_map(|(slot, entry)| Some((slot, entry.id?, entry)))
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Entry> {
        self.entries.iter_mut().filter(|entry| entry.id.is_some())
    }

    /// Removes a coroutine that has ended. What is returned is to be dropped where foreign code may run.
    #[inline]
    pub(super) fn remove(&mut self, slot: u32) -> Leavings {
        let entry = &mut self.entries[slot as usize];
        let id = entry.id.take();
        entry.name = None;
        let leavings = Leavings {
            aborted: std::mem::take(&mut entry.aborted),
            waker: entry.waker.take(),
            drained: self.drained.take(),
        };
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

impl Entry {
    /// Marks it for abortion. `None`: it was marked already. The waker, if it has one, is to be called.
    pub(super) fn abort(&mut self) -> Option<Option<Waker>> {
        (!std::mem::replace(&mut self.aborted, true)).then(|| self.waker.clone())
    }

    /// Notes how to wake it. `true`: it was marked before there was a way.
    pub(super) fn waits(&mut self, waker: Waker) -> bool {
        self.waker = Some(waker);
        self.aborted
    }
}
