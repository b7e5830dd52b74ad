//! epoll, with a timerfd and an eventfd in the set.

use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::{Duration, Instant};

use rustix::event::{EventfdFlags, Timespec, epoll, eventfd};
use rustix::io::Errno;
use rustix::time::{
    Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, timerfd_create, timerfd_settime,
};

use super::Event;

/// An epoll set whose descriptor is readable when there is something to [`collect`](Self::collect).
///
/// Everything is registered edge-triggered. That keeps the cost of a descriptor nobody waits for at
/// zero, keeps the loop from spinning on one that was closed behind its back, and makes it unnecessary
/// to read the timerfd and the eventfd. The set's own descriptor is level-triggered all the same: it is
/// readable as long as an edge has not been collected.
#[derive(Debug)]
pub(crate) struct Backend {
    epoll: OwnedFd,
    timer: OwnedFd,
    notifier: OwnedFd,
}

const TIMER: u64 = u64::MAX;
const NOTIFIER: u64 = u64::MAX - 1;
/// How many events one system call collects.
const BATCH: usize = 256;
/// No time at all: do not wait, do not repeat.
const NOW: Timespec = Timespec {
    tv_sec: 0,
    tv_nsec: 0,
};

impl Backend {
    pub(crate) fn new() -> io::Result<Self> {
        let edge = epoll::EventFlags::IN | epoll::EventFlags::ET;
        let set = epoll::create(epoll::CreateFlags::CLOEXEC)?;
        let timer = timerfd_create(
            TimerfdClockId::Monotonic,
            TimerfdFlags::CLOEXEC | TimerfdFlags::NONBLOCK,
        )?;
        epoll::add(&set, &timer, epoll::EventData::new_u64(TIMER), edge)?;
        let notifier = eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?;
        epoll::add(&set, &notifier, epoll::EventData::new_u64(NOTIFIER), edge)?;
        Ok(Self {
            epoll: set,
            timer,
            notifier,
        })
    }

    /// Registers a descriptor for both directions. Its state at this moment is reported as an event.
    pub(crate) fn add(&self, fd: BorrowedFd<'_>, token: u64) -> io::Result<()> {
        Ok(epoll::add(
            &self.epoll,
            fd,
            epoll::EventData::new_u64(token),
            interest(),
        )?)
    }

    /// Asks for the present state of a registered descriptor to be reported again. An error of kind
    /// `NotFound` says that the descriptor is not (or no longer) registered.
    pub(crate) fn rearm(&self, fd: BorrowedFd<'_>, token: u64) -> io::Result<()> {
        Ok(epoll::modify(
            &self.epoll,
            fd,
            epoll::EventData::new_u64(token),
            interest(),
        )?)
    }

    /// Forgets a descriptor. The kernel may have forgotten it already.
    pub(crate) fn remove(&self, fd: BorrowedFd<'_>) {
        // EBADF, ENOENT: closed behind our back; the kernel dropped the registration with the file.
        let _ = epoll::delete(&self.epoll, fd);
    }

    /// Makes the descriptor readable at `deadline`, or never.
    pub(crate) fn set_timer(&self, deadline: Option<Instant>) {
        // Zero would disarm the timer. The kernel starts to count after `now` was read, so the timer is
        // late by that hair and never early.
        let delay = deadline.map_or(Duration::ZERO, |deadline| {
            let delay = deadline.saturating_duration_since(Instant::now());
            delay.max(Duration::from_nanos(1))
        });
        let spec = Itimerspec {
            it_interval: NOW,
            it_value: Timespec {
                tv_sec: delay.as_secs().try_into().unwrap_or(i64::MAX),
                tv_nsec: delay.subsec_nanos().into(),
            },
        };
        // EINVAL is the only error left to a valid descriptor, and the values above are in range.
        let _ = timerfd_settime(&self.timer, TimerfdTimerFlags::empty(), &spec);
    }

    /// Makes the descriptor readable now. Callable from any thread.
    pub(crate) fn notify(&self) {
        // EAGAIN: the counter is full, so the descriptor is readable anyway.
        let _ = rustix::io::write(&self.notifier, &1u64.to_ne_bytes());
    }

    /// Appends what happened since the last call to `events`, without blocking. `true`: the timer went
    /// off.
    pub(crate) fn collect(&self, events: &mut Vec<Event>) -> bool {
        let mut buffer = [MaybeUninit::<epoll::Event>::uninit(); BATCH];
        let collected = match epoll::wait(&self.epoll, &mut buffer, Some(&NOW)) {
            Ok((collected, _)) => collected,
            // The next turn tries again: nothing is lost, the edges stay in the set.
            Err(Errno::INTR) => return false,
            Err(error) => unreachable!("epoll_wait on our own set failed: {error}"),
        };
        let mut went_off = false;
        for event in collected {
            // Fields of a packed struct are copied, not borrowed.
            let (token, flags) = (event.data.u64(), event.flags);
            if token == TIMER || token == NOTIFIER {
                went_off |= token == TIMER;
                continue;
            }
            let broken = flags.intersects(epoll::EventFlags::HUP | epoll::EventFlags::ERR);
            let special = flags.intersects(epoll::EventFlags::PRI | epoll::EventFlags::RDHUP);
            events.push(Event {
                token,
                readable: broken || special || flags.contains(epoll::EventFlags::IN),
                writable: broken || flags.contains(epoll::EventFlags::OUT),
                is_plain: !broken && !special,
            });
        }
        went_off
    }
}

fn interest() -> epoll::EventFlags {
    epoll::EventFlags::IN
        | epoll::EventFlags::PRI
        | epoll::EventFlags::RDHUP
        | epoll::EventFlags::OUT
        | epoll::EventFlags::ET
}

impl AsFd for Backend {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.epoll.as_fd()
    }
}
