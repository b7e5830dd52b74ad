//! Which registrations a descriptor has.

use std::io;
use std::os::fd::BorrowedFd;
use std::sync::Arc;

use super::explain;
use crate::core::Core;
use crate::core::current;
use crate::core::lock::Lock;
use crate::core::source::Source;
use crate::runtime;

/// A descriptor's registration with one runtime.
#[derive(Clone, Debug)]
pub(super) struct Registration {
    pub(super) core: Arc<Core>,
    pub(super) source: Arc<Source>,
}

impl Registration {
    fn is_alive(&self) -> bool {
        !self.core.is_closed() && !self.source.is_dead()
    }

    /// Has the descriptor's present state reported as an event.
    pub(super) fn rearm(&self, fd: BorrowedFd<'_>) -> io::Result<()> {
        self.core.reactor.rearm(&self.source, fd)
    }
}

/// The registrations of one descriptor: one for each runtime whose coroutines waited for it, which in
/// nearly all programs is one.
#[derive(Debug, Default)]
pub(super) struct Registrations(Lock<Vec<Registration>>);

impl Registrations {
    /// The registration with the current runtime, made now if there is none. Where no runtime of ours
    /// polls, the one that exists will do.
    pub(super) fn get<'a>(&self, fd: impl FnOnce() -> BorrowedFd<'a>) -> io::Result<Registration> {
        let current = current::core();
        let found = {
            let list = self.0.lock();
            let serves = |registration: &&Registration| {
                let wanted = |core| Arc::ptr_eq(core, &registration.core);
                current.as_ref().is_none_or(wanted) && registration.is_alive()
            };
            list.iter().find(serves).cloned()
        };
        match found {
            Some(registration) => Ok(registration),
            None => self.add(fd()),
        }
    }

    fn add(&self, fd: BorrowedFd<'_>) -> io::Result<Registration> {
        let core = runtime::try_current().map_err(io::Error::other)?;
        let registration = Registration {
            source: core
                .reactor
                .register(fd)
                .map_err(|error| explain(error, fd))?,
            core,
        };
        let mut list = self.0.lock();
        let gone: Vec<_> = list.extract_if(.., |old| !old.is_alive()).collect();
        list.push(registration.clone());
        drop(list);
        drop(gone);
        Ok(registration)
    }

    /// Ends all of them.
    pub(super) fn release(&self, fd: BorrowedFd<'_>) {
        let list = std::mem::take(&mut *self.0.lock());
        for Registration { core, source } in list {
            core.reactor.release(&source, fd);
        }
    }
}
