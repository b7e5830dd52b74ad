//! What can be told about one coroutine.

use std::os::fd::RawFd;
use std::panic::Location;
use std::time::{Duration, Instant};

use super::id::Id;
use super::insight::Record;
use super::name::Name;
use super::source::Direction;

/// What a coroutine is and does, at one moment. One of the list that [`all`](crate::task::all) returns.
#[derive(Clone, Debug)]
pub struct Info {
    pub(super) id: Id,
    pub(super) name: Option<Name>,
    pub(super) location: &'static Location<'static>,
    pub(super) state: State,
    pub(super) waiting_on: Vec<WaitingOn>,
    pub(super) record: Option<Record>,
}

/// What a coroutine does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum State {
    /// It is being polled. So are several where one runs a nested loop, which polls the next.
    Running,
    /// It was woken and will be polled.
    Ready,
    /// Nothing has woken it since it was last polled.
    Waiting,
}

/// What will wake a coroutine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum WaitingOn {
    /// A moment, on the clock of [`time::now`](crate::time::now).
    Timer {
        /// When it comes.
        deadline: Instant,
    },
    /// A descriptor.
    Descriptor {
        /// Its number when it was registered.
        fd: RawFd,
        /// To be read or to be written.
        direction: Direction,
    },
    /// The end of another coroutine.
    Join {
        /// That coroutine's number.
        id: Id,
    },
    /// Something that is none of this crate's timers, descriptors and joins: a channel, a lock, an
    /// operation of gio's, a future of the program's own.
    Other,
}

impl Info {
    /// The coroutine's number.
    pub fn id(&self) -> Id {
        self.id
    }

    /// The coroutine's name.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// Where the coroutine was spawned.
    pub fn location(&self) -> &'static Location<'static> {
        self.location
    }

    /// What it does.
    pub fn state(&self) -> State {
        self.state
    }

    /// What will wake it, if it is [waiting](State::Waiting): each of these will, as several may in a `select!`, a `join!` or
    /// a [`timeout`](crate::timeout). Empty if it is not waiting.
    ///
    /// A future that has been polled and is kept, but not polled any more, is listed as long as it can wake the coroutine.
    pub fn waiting_on(&self) -> &[WaitingOn] {
        &self.waiting_on
    }

    /// How often it was polled. `None` without [insight](crate::runtime::Builder::insight), as counting would cost each poll
    /// something.
    pub fn polls(&self) -> Option<u64> {
        self.record.map(|record| record.polls)
    }

    /// How long its polls took together, without nested loops and without the poll in progress. `None` without
    /// [insight](crate::runtime::Builder::insight).
    pub fn busy(&self) -> Option<Duration> {
        self.record.map(|record| record.busy)
    }

    /// When its last poll began; of a [running](State::Running) one, the present poll. `None` without
    /// [insight](crate::runtime::Builder::insight), and before the first poll.
    pub fn last_poll(&self) -> Option<Instant> {
        self.record.and_then(|record| record.last_poll)
    }
}
