//! The timer in polling's set: a timerfd, or a kqueue's own.

pub(super) use system::Timer;

#[cfg(any(target_os = "linux", target_os = "android"))]
#[allow(
    unsafe_code,
    reason = "polling wants a promise about descriptors that are registered"
)]
mod system {
    use std::io;
    use std::os::fd::{AsRawFd, OwnedFd};
    use std::time::Duration;

    use polling::{Event, PollMode, Poller};
    use rustix::time::{
        Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create,
        timerfd_settime,
    };

    use super::super::polling::TIMER;

    #[derive(Debug)]
    pub(in super::super) struct Timer(OwnedFd);

    impl Timer {
        pub(in super::super) fn new(poller: &Poller) -> io::Result<Self> {
            let timer = timerfd_create(
                TimerfdClockId::Monotonic,
                TimerfdFlags::CLOEXEC | TimerfdFlags::NONBLOCK,
            )?;
            // SAFETY: the backend drops the poller before the timer, and with it all that is registered.
            unsafe {
                poller.add_with_mode(timer.as_raw_fd(), Event::readable(TIMER), PollMode::Edge)?;
            }
            Ok(Self(timer))
        }

        /// Goes off after a time that is not zero, or never.
        pub(in super::super) fn set(&self, _: &Poller, delay: Option<Duration>) {
            let delay = delay.unwrap_or_default();
            let zero = Timespec::default();
            let spec = Itimerspec {
                it_interval: zero,
                it_value: Timespec {
                    tv_sec: delay.as_secs().try_into().unwrap_or(i64::MAX),
                    tv_nsec: delay.subsec_nanos().into(),
                },
            };
            // EINVAL is the only error left to a valid descriptor, and the values above are in range.
            let _ = timerfd_settime(&self.0, TimerfdTimerFlags::empty(), &spec);
        }
    }
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
mod system {
    use std::io;
    use std::time::Duration;

    use polling::os::kqueue::{self, PollerKqueueExt};
    use polling::{PollMode, Poller};

    use super::super::polling::TIMER;

    #[derive(Debug)]
    pub(in super::super) struct Timer;

    impl Timer {
        pub(in super::super) fn new(poller: &Poller) -> io::Result<Self> {
            poller.add_filter(after(NEVER), TIMER, PollMode::Oneshot)?;
            Ok(Self)
        }

        /// Goes off after a time that is not zero, or never.
        pub(in super::super) fn set(&self, poller: &Poller, delay: Option<Duration>) {
            let delay = delay.map_or(NEVER, |delay| delay.min(NEVER));
            // Registered for good, so only a time out of range could fail.
            let _ = poller.modify_filter(after(delay), TIMER, PollMode::Oneshot);
        }
    }

    /// Ten years. A timer that went off is gone, and taking away one that is gone is an error.
    const NEVER: Duration = Duration::from_secs(10 * 365 * 24 * 60 * 60);

    fn after(timeout: Duration) -> kqueue::Timer {
        kqueue::Timer { id: 0, timeout }
    }
}
