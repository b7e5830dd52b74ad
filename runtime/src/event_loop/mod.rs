//! Event loops that can host a runtime.
//!
//! A runtime has no loop of its own: it runs inside one, its host. [`GLib`] and [`Standalone`] are here; any
//! other loop that can watch one file descriptor becomes a host by implementing [`EventLoop`], which takes a
//! few dozen lines. A *turn* is a call in which the host lets ready coroutines run. This is all that a host has
//! to know:
//!
//! 1. **The descriptor** ([`Driver`]'s [`AsFd`]) is level-triggered and stays the same. It is readable
//!    as long as there is I/O, a due timer or a wake from another thread to collect. (Where many timers are due in
//!    quick succession, it may become readable up to 150 µs after the first of them is due.) Watch it for readability,
//!    and when it is readable, give a turn. A turn of any priority will do, because one that finds something more urgent
//!    than its own priority ends at once.
//! 2. **The next deadline** ([`Driver::next_deadline`]): ask for it each time before the loop may sleep, nested
//!    loops included. "Now" means that a coroutine is ready: do not sleep. Any other answer may be
//!    ignored, because asking also sets the timer behind the descriptor.
//! 3. **Turns** ([`Driver::turn`], [`Driver::is_ready`]) are given per priority, the most urgent first. A turn never
//!    blocks. After [`Turn::Spent`], let everything that is less urgent have its dispatch before the next
//!    turn of that priority: this is what keeps a user interface alive. Turns may nest. A loop that has no
//!    priorities of its own leaves 2 and 3 to [`Driver::step`].
//! 4. **The waker** ([`Driver::on_wake`]) is one callback. It is called on any thread, once for each transition from
//!    "may sleep" to "work exists". The host "may sleep" once `is_ready` returned false, or `next_deadline` returned
//!    something other than now. Wakes from other threads show on the descriptor too, so a host
//!    needs the callback only for wakes on its own thread that happen while it does not ask.
//!
//! Dropping the driver ends the runtime.

#[cfg(feature = "glib")]
mod glib;
mod standalone;

use std::fmt;
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, RawFd};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Instant;

use crate::core::{Core, backend::Backend};
use crate::task::Priority;

#[cfg(feature = "glib")]
pub use self::glib::GLib;
#[cfg(feature = "glib")]
pub(crate) use self::glib::glib_core_of;
pub use self::standalone::Standalone;
pub use crate::core::{Level, Turn};

/// A loop that hosts a runtime.
///
/// The [module's page](self) tells what a host must do. Dropping the event loop must drop its driver.
pub trait EventLoop: 'static {
    /// Takes the driver and serves it from now on. Called once.
    ///
    /// # Errors
    ///
    /// Whatever keeps the loop from watching the descriptor.
    fn attach(&self, driver: Driver) -> io::Result<()>;

    /// Runs the loop until `done` returns true, asking at least after every turn.
    ///
    /// Called again from inside a turn when a coroutine blocks on a future.
    ///
    /// # Errors
    ///
    /// If the loop cannot run here: it cannot nest, or belongs to another thread. `block_on` panics with
    /// the error, at its caller's line.
    fn run_until(&self, done: &dyn Fn() -> bool) -> io::Result<()>;

    /// How many event sources the loop has attached for the driver, for [`Metrics::sources`](crate::runtime::Metrics::sources).
    fn sources(&self) -> usize {
        0
    }
}

impl EventLoop for Box<dyn EventLoop> {
    fn attach(&self, driver: Driver) -> io::Result<()> {
        (**self).attach(driver)
    }

    fn run_until(&self, done: &dyn Fn() -> bool) -> io::Result<()> {
        (**self).run_until(done)
    }

    fn sources(&self) -> usize {
        (**self).sources()
    }
}

/// What a host uses to drive a runtime.
///
/// Only the thread that built the runtime can give it a turn; on another thread [`turn`](Self::turn) and
/// [`step`](Self::step) log one message and do nothing. All other methods work on any thread. Dropping the driver
/// ends the runtime.
pub struct Driver {
    core: Arc<Core>,
    backend: Arc<Backend>,
    /// One bit per priority: its last turn here used up the budget, and it is to sit out one round. Touched by
    /// [`turn_of_the_next`](Self::turn_of_the_next) alone, on the owner thread alone.
    spent: AtomicU8,
}

impl Driver {
    pub(crate) fn new(core: Arc<Core>, backend: Arc<Backend>) -> Self {
        let spent = AtomicU8::new(0);
        Self {
            core,
            backend,
            spent,
        }
    }

    /// When the loop must give a turn at the latest: now if a coroutine is ready, `None` if there is no deadline.
    ///
    /// Call it each time before the loop may sleep: it brings the descriptor's timer up to date, so that
    /// a loop that watches the descriptor needs no timeout of its own.
    pub fn next_deadline(&self) -> Option<Instant> {
        self.core.next_deadline()
    }

    /// Whether a coroutine of this priority is ready on this thread.
    ///
    /// Where the clock is paused, its next jump is work of priority idle.
    pub fn is_ready(&self, priority: Priority) -> bool {
        self.has_ready(priority) || (priority == Priority::Idle && self.may_jump())
    }

    /// [`is_ready`](Self::is_ready) for a host that looks after a paused clock itself.
    pub(crate) fn has_ready(&self, priority: Priority) -> bool {
        self.core.is_ready(priority)
    }

    /// Whether the clock is paused, and would move to the next timer if no other source is ready.
    pub(crate) fn may_jump(&self) -> bool {
        self.core.may_jump()
    }

    /// Moves a paused clock to the next timer, if it still may.
    pub(crate) fn jump(&self) -> bool {
        self.core.jump()
    }

    /// Collects I/O, due timers and wakes from other threads, then polls ready coroutines of this
    /// priority, until none is left or the runtime's budget is used up.
    pub fn turn(&self, priority: Priority) -> Turn {
        if priority == Priority::Idle && self.jump() {
            return Turn::Done;
        }
        self.poll_ready(priority)
    }

    /// [`turn`](Self::turn) for a host that looks after a paused clock itself.
    pub(crate) fn poll_ready(&self, priority: Priority) -> Turn {
        self.core.turn(priority)
    }

    /// Gives one turn, of the most urgent priority that is ready. A loop without priorities of its own calls this
    /// whenever the [descriptor](Self::as_fd) is readable, and need do nothing else then.
    ///
    /// A step collects I/O, due timers and wakes from other threads, and polls ready coroutines, for as long as one
    /// [`turn`](Self::turn) does: it never blocks, and ends when the runtime's
    /// [budget](crate::runtime::Builder::budget) is used up. A priority that has used up the budget is passed over
    /// once, so that less urgent ones get their share: of three priorities that are always ready, the most urgent
    /// gets four turns in seven, the next two, and the last one.
    ///
    /// If something is ready or due when the turn is over, the descriptor [stays readable](Self::wake). So the loop
    /// can go back to waiting at once, and serve whatever else it watches first. Otherwise the descriptor becomes
    /// readable at the next deadline: the step has called [`next_deadline`](Self::next_deadline).
    ///
    /// The loop does not notice a wake on its own thread between two steps, by one of its handlers for instance.
    /// [`on_wake`](Self::on_wake) tells of those; call [`wake`](Self::wake) in it. The [module's page](self) has the
    /// whole contract, and `examples/foreign_loops` has hosts for two real loops.
    ///
    /// On another thread than the runtime's own it logs one message and does nothing.
    ///
    /// # Panics
    ///
    /// Panics of coroutines do not come out of it; they go to whoever awaits the coroutine.
    ///
    /// # Examples
    ///
    /// A loop that can do nothing else, which is a whole host:
    ///
    /// ```
    /// use std::cell::OnceCell;
    /// use std::io;
    ///
    /// use glib_coro::event_loop::{Driver, EventLoop};
    /// use glib_coro::{Runtime, spawn, yield_now};
    /// use rustix::event::{PollFd, PollFlags, poll};
    /// use rustix::io::retry_on_intr;
    ///
    /// #[derive(Default)]
    /// struct Poller(OnceCell<Driver>);
    ///
    /// impl EventLoop for Poller {
    ///     fn attach(&self, driver: Driver) -> io::Result<()> {
    ///         self.0.set(driver).map_err(|_| io::ErrorKind::AlreadyExists.into())
    ///     }
    ///
    ///     fn run_until(&self, done: &dyn Fn() -> bool) -> io::Result<()> {
    ///         let driver = self.0.get().expect("attached");
    ///         // What was spawned while nobody looked; all else happens inside the steps.
    ///         driver.wake();
    ///         while !done() {
    ///             let wait = || poll(&mut [PollFd::new(driver, PollFlags::IN)], None);
    ///             retry_on_intr(wait)?;
    ///             driver.step();
    ///         }
    ///         Ok(())
    ///     }
    /// }
    ///
    /// # fn main() -> io::Result<()> {
    /// let runtime = Runtime::builder().event_loop(Poller::default()).build()?;
    /// let sum = runtime.block_on(async {
    ///     let other = spawn(async { yield_now().await; 2 });
    ///     yield_now().await;
    ///     40 + other.await.unwrap()
    /// });
    /// assert_eq!(sum, 42);
    /// # Ok(()) }
    /// ```
    pub fn step(&self) {
        if !self.core.is_owned_by_this_thread() {
            self.core.complain();
            return;
        }
        if !self.turn_of_the_next() {
            // Collects what made the descriptor readable, and ends at once if that is more urgent.
            self.turn(Priority::Default);
        }
        let next = self.next_deadline();
        if next.is_some_and(|next| next <= Instant::now()) {
            self.wake();
        }
    }

    /// A turn of the most urgent priority that is ready, but for those whose last one used up its budget, which
    /// sit out one round. `false`: none is ready.
    fn turn_of_the_next(&self) -> bool {
        let bit = |priority| 1 << priority as u8;
        let sits_out = |priority| {
            let spent = self.spent.load(Ordering::Relaxed);
            self.spent.store(spent & !bit(priority), Ordering::Relaxed);
            spent & bit(priority) != 0
        };
        let next = || {
            let mut all = Priority::ALL.into_iter();
            all.find(|&priority| !sits_out(priority) && self.is_ready(priority))
        };
        // Where all that are ready sit out, nobody is left to be let go first.
        let Some(priority) = next().or_else(next) else {
            return false;
        };
        if self.turn(priority) == Turn::Spent {
            let spent = self.spent.load(Ordering::Relaxed);
            self.spent.store(spent | bit(priority), Ordering::Relaxed);
        }
        true
    }

    /// Makes the descriptor readable until the next turn. Callable from any thread.
    pub fn wake(&self) {
        self.backend.notify();
    }

    /// Sets the callback for wakes, see the [module's page](self). Only the first call has an effect.
    pub fn on_wake(&self, waker: impl Fn() + Send + Sync + 'static) {
        self.core.set_waker(Box::new(waker));
    }

    /// Notes that the loop runs: it has slept.
    #[cfg(feature = "glib")]
    pub(crate) fn loop_is_alive(&self) {
        self.core.loop_is_alive();
    }

    /// Ends the runtime, as dropping the driver does.
    #[cfg(feature = "glib")]
    pub(crate) fn end(&self) {
        self.core.host_is_gone();
    }

    #[cfg(feature = "glib")]
    pub(crate) fn downgrade(&self) -> std::sync::Weak<Core> {
        Arc::downgrade(&self.core)
    }

    #[cfg(feature = "glib")]
    pub(crate) fn is_on_owner_thread(&self) -> bool {
        self.core.is_owned_by_this_thread()
    }

    /// Whether a turn on this thread would do anything. Says, once, if the thread is the wrong one.
    #[cfg(feature = "glib")]
    pub(crate) fn can_serve(&self) -> bool {
        if !self.core.is_owned_by_this_thread() {
            self.core.complain();
            return false;
        }
        !self.core.is_closed()
    }

    /// Sets where messages for the programmer go, instead of standard error. Only the first call has an
    /// effect.
    pub fn on_log(&self, log: fn(Level, &str)) {
        self.core.set_log(log);
    }
}

impl AsFd for Driver {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.backend.as_fd()
    }
}

/// For loops that take a number, as tokio's `AsyncFd` does.
impl AsRawFd for Driver {
    fn as_raw_fd(&self) -> RawFd {
        self.as_fd().as_raw_fd()
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        self.core.host_is_gone();
    }
}

impl fmt::Debug for Driver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Driver").field("core", &self.core).finish()
    }
}
