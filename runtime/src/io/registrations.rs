//! Which registrations a descriptor has.

use std::io;
use std::ops::Deref;
use std::os::fd::BorrowedFd;
use std::sync::{Arc, OnceLock};

use super::explain;
use crate::core::Core;
use crate::core::current::is_innermost_or_none;
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
    /// Whether it is that of the current runtime, if there is one.
    #[inline]
    fn serves(&self) -> bool {
        is_innermost_or_none(&self.core) && self.is_alive()
    }

    #[inline]
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
pub(super) struct Registrations {
    /// Every operation looks at it, and needs neither a lock nor a count for it. It stays when its runtime has ended.
    first: OnceLock<Registration>,
    others: Lock<Vec<Registration>>,
}

/// One of the registrations.
pub(super) enum Registered<'a> {
    First(&'a Registration),
    Other(Registration),
}

impl Deref for Registered<'_> {
    type Target = Registration;

    #[inline]
    fn deref(&self) -> &Registration {
        match self {
            Self::First(registration) => registration,
            Self::Other(registration) => registration,
        }
    }
}

impl Registrations {
    /// The registration with the current runtime, made now if there is none. Where no runtime of ours
    /// polls, the one that exists will do.
    #[inline]
    pub(super) fn get<'a>(
        &self,
        fd: impl FnOnce() -> BorrowedFd<'a>,
    ) -> io::Result<Registered<'_>> {
        if let Some(first) = self.first.get()
            && first.serves()
        {
            return Ok(Registered::First(first));
        }
        self.find_or_add(fd())
    }

    #[cold]
    fn find_or_add(&self, fd: BorrowedFd<'_>) -> io::Result<Registered<'_>> {
        let found = {
            let others = self.others.lock();
            others.iter().find(|other| other.serves()).cloned()
        };
        if let Some(found) = found {
            return Ok(Registered::Other(found));
        }
        let core = runtime::try_current().map_err(io::Error::other)?;
        let registration = Registration {
            source: core
                .reactor
                .register(fd)
                .map_err(|error| explain(error, fd))?,
            core,
        };
        let Err(registration) = self.first.set(registration) else {
            let first = self.first.get().expect("set a moment ago");
            return Ok(Registered::First(first));
        };
        let mut others = self.others.lock();
        let gone: Vec<_> = others.extract_if(.., |old| !old.is_alive()).collect();
        others.push(registration.clone());
        drop(others);
        drop(gone);
        Ok(Registered::Other(registration))
    }

    /// Ends all of them.
    pub(super) fn release(&self, fd: BorrowedFd<'_>) {
        let others = std::mem::take(&mut *self.others.lock());
        for Registration { core, source } in self.first.get().into_iter().chain(&others) {
            core.reactor.release(source, fd);
        }
    }
}
