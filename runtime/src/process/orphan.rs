//! Children that nobody waits for any more. Somebody has to collect their statuses when they end, else
//! they stay as zombies.

use std::process::Child;
use std::sync::Arc;

use super::exit::Exit;
use crate::core::Core;
use crate::core::lock::Lock;

/// Those that no runtime watches: theirs has ended. Looked at when the next child is spawned.
static UNWATCHED: Lock<Vec<Child>> = Lock::new(Vec::new());

/// Collects the statuses of those that ended while no runtime watched them.
pub(super) fn sweep() {
    UNWATCHED.lock().retain_mut(|child| !has_ended(child));
}

/// Collects the status if there is one.
fn has_ended(child: &mut Child) -> bool {
    // An error: somebody else has collected it.
    !matches!(child.try_wait(), Ok(None))
}

/// Has the status collected when the child ends, or now if it has ended.
#[cfg_attr(
    not(target_os = "linux"),
    expect(unused_variables, reason = "runtimes watch pidfds only")
)]
pub(super) fn adopt(core: &Arc<Core>, mut child: Child, exit: Exit) {
    if has_ended(&mut child) {
        return;
    }
    let left = match exit {
        #[cfg(target_os = "linux")]
        Exit::Pidfd(pidfd) => watched::watch(core, child, pidfd).err(),
        Exit::Thread(watch) => watch.abandon(child).err(),
    };
    leave(left);
}

/// Collects the status if there is one, else leaves the child to the next sweep.
fn leave(child: Option<Child>) {
    let mut child = child;
    if let Some(child) = child.take_if(|child| !has_ended(child)) {
        UNWATCHED.lock().push(child);
    }
}

#[cfg(target_os = "linux")]
mod watched {
    use std::os::fd::{AsFd, OwnedFd};
    use std::process::Child;
    use std::sync::Arc;
    use std::task::{Context, Wake};

    use super::leave;
    use crate::core::Core;
    use crate::core::current;
    use crate::core::lock::Lock;
    use crate::core::source::{Direction, Waiter};

    /// Waits for the end of a child as its own waker, so that it is no coroutine: it would count among those
    /// alive, and a runtime that is being shut down would wait for it.
    struct Orphan {
        core: Arc<Core>,
        /// Emptied when the child's end, or the runtime's, is heard of.
        state: Lock<Option<State>>,
    }

    struct State {
        child: Child,
        pidfd: OwnedFd,
        waiter: Waiter,
    }

    /// Gives the child back if no runtime can watch it.
    pub(super) fn watch(home: &Arc<Core>, child: Child, pidfd: OwnedFd) -> Result<(), Child> {
        let core = if home.is_closed() {
            current::core()
        } else {
            Some(home.clone())
        };
        let Some(core) = core else {
            return Err(child);
        };
        let Ok((source, tick)) = core.reactor.join(pidfd.as_fd(), Direction::Read) else {
            return Err(child);
        };
        let state = Some(State {
            child,
            pidfd,
            waiter: Waiter::new(source, Direction::Read, tick),
        });
        let orphan = Arc::new(Orphan {
            core,
            state: Lock::new(state),
        });
        orphan.look();
        Ok(())
    }

    impl Orphan {
        fn look(self: &Arc<Self>) {
            let waker = self.clone().into();
            // Locked while it polls, so that a wake that comes at once waits for the waiter to be in place.
            let mut state = self.state.lock();
            let heard = state.take_if(|state| {
                let mut cx = Context::from_waker(&waker);
                state.waiter.poll(&mut cx).is_ready()
            });
            drop(state);
            if let Some(state) = heard {
                let source = state.waiter.source();
                self.core.reactor.release(source, state.pidfd.as_fd());
                leave(Some(state.child));
            }
        }
    }

    impl Wake for Orphan {
        fn wake(self: Arc<Self>) {
            self.look();
        }
    }
}
