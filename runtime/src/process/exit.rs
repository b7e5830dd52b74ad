//! The end of a process, as it is heard of. Whoever hears of it has yet to collect the status, so that the
//! number stays the process's own.

use std::future::poll_fn;
use std::io;
use std::process::Child;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;
use std::thread;

use futures_util::task::AtomicWaker;
use rustix::io::{Errno, retry_on_intr};
use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};

use crate::core::lock::Lock;

#[cfg(target_os = "linux")]
use {
    rustix::process::{PidfdFlags, Signal, pidfd_open, pidfd_send_signal},
    std::os::fd::OwnedFd,
};

/// How the end of one process is heard of.
#[derive(Debug)]
pub(super) enum Exit {
    /// A descriptor that is readable from the process's end on.
    #[cfg(target_os = "linux")]
    Pidfd(OwnedFd),
    Thread(Arc<Watch>),
}

impl Exit {
    /// Starts to listen for the end of a child. If that cannot be, kills it.
    pub(super) fn watch(child: &mut Child) -> io::Result<Self> {
        #[cfg(target_os = "linux")]
        {
            // Whatever keeps the kernel from giving one, the thread can do without.
            if let Ok(pidfd) = pidfd_open(Pid::from_child(child), PidfdFlags::empty()) {
                return Ok(Self::Pidfd(pidfd));
            }
        }
        match Watch::start(child) {
            Ok(watch) => Ok(Self::Thread(watch)),
            Err(error) => {
                // There would be no way to wait for it.
                let _ = child.kill();
                let _ = child.wait();
                Err(error)
            }
        }
    }

    /// Waits for the end.
    pub(super) async fn wait(&mut self) -> io::Result<()> {
        match self {
            #[cfg(target_os = "linux")]
            Self::Pidfd(pidfd) => crate::io::readable(&*pidfd).await,
            Self::Thread(watch) => {
                watch.wait().await;
                Ok(())
            }
        }
    }

    /// Kills the process, unless it has ended.
    pub(super) fn kill(&self, child: &mut Child) -> io::Result<()> {
        let killed = match self {
            // Even if somebody else has taken the status and the number is another process's by now.
            #[cfg(target_os = "linux")]
            Self::Pidfd(pidfd) => pidfd_send_signal(pidfd, Signal::KILL).map_err(io::Error::from),
            Self::Thread(_) => child.kill(),
        };
        killed.or_else(|error| {
            let is_gone = error.raw_os_error() == Some(Errno::SRCH.raw_os_error());
            if is_gone { Ok(()) } else { Err(error) }
        })
    }
}

/// A thread that waits for one process.
#[derive(Debug, Default)]
pub(super) struct Watch {
    ended: AtomicBool,
    waker: AtomicWaker,
    abandoned: Lock<Abandoned>,
}

/// Whether the thread is to collect the status, because nobody waits for it any more.
#[derive(Debug, Default)]
enum Abandoned {
    #[default]
    No,
    Yes(Child),
    /// The thread has decided already that it need not.
    TooLate,
}

impl Watch {
    fn start(child: &Child) -> io::Result<Arc<Self>> {
        let watch = Arc::new(Self::default());
        let (pid, this) = (Pid::from_child(child), watch.clone());
        thread::Builder::new()
            .name("glib-coro child".to_owned())
            // It makes a system call and wakes somebody.
            .stack_size(128 * 1024)
            .spawn(move || this.run(pid))?;
        Ok(watch)
    }

    fn run(&self, pid: Pid) {
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
        // An error means that the status is gone; whoever asks for it learns of that.
        let _ = retry_on_intr(|| waitid(WaitId::Pid(pid), options));
        let abandoned = std::mem::replace(&mut *self.abandoned.lock(), Abandoned::TooLate);
        if let Abandoned::Yes(mut child) = abandoned {
            let _ = child.wait();
        }
        self.ended.store(true, Ordering::Release);
        self.waker.wake();
    }

    async fn wait(&self) {
        poll_fn(|cx| {
            self.waker.register(cx.waker());
            if self.ended.load(Ordering::Acquire) {
                Poll::Ready(())
            } else {
                Poll::Pending
            }
        })
        .await;
    }

    /// Leaves the status to the thread. Gives the child back if it has ended.
    pub(super) fn abandon(&self, child: Child) -> Result<(), Child> {
        let mut abandoned = self.abandoned.lock();
        if matches!(*abandoned, Abandoned::TooLate) {
            return Err(child);
        }
        *abandoned = Abandoned::Yes(child);
        Ok(())
    }
}
