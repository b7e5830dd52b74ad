//! The core: executor, timers and descriptors as pure mechanism, without a loop.
//!
//! A core never blocks and never calls a loop. A host (see [`event_loop`](crate::event_loop)) watches
//! its one descriptor, asks for the next deadline before it sleeps, and gives it turns. Everything here
//! is `Send + Sync`; coroutines are polled, and their futures dropped, on the owner thread alone.
//!
//! The path of one wake: a waker calls [`schedule`], which on the owner thread pushes onto the run
//! queue and elsewhere onto the remote queue. [`Core::turn`] pops, polls, and in between collects
//! what came from outside.
//!
//! The run queue and the table of coroutines lie in the owner thread's storage and have no lock ([`local`]). Locks are
//! taken one at a time, except `timers` before `reactor`, and `reactor` before one source. No user code runs under any of
//! them, nor while the owner's storage is borrowed.

pub(crate) mod backend;
pub(crate) mod blocking;
pub(crate) mod clock;
pub(crate) mod current;
mod end;
mod foreign_joins;
pub(crate) mod id;
pub(crate) mod info;
pub(crate) mod insight;
mod inventory;
mod local;
pub(crate) mod lock;
pub(crate) mod metrics;
pub(crate) mod name;
mod node_heap;
pub(crate) mod outcome;
mod polling;
pub(crate) mod priority;
pub(crate) mod reactor;
pub(crate) mod registry;
mod remote;
pub(crate) mod run_queue;
pub(crate) mod source;
mod span;
pub(crate) mod spawn;
mod table;
pub(crate) mod task;
mod thread;
mod ticks;
pub(crate) mod timer_heap;
mod timer_wheel;
pub(crate) mod timers;
mod turn;
mod waiting;

use std::any::Any;
use std::collections::VecDeque;
use std::fmt;
use std::io::{self, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::task::Waker;
use std::time::{Duration, Instant};

pub use turn::Turn;
use turn::wake_idler;

use backend::Backend;
use blocking::BlockingJobs;
use foreign_joins::ForeignJoins;
use id::Id;
use insight::Insight;
use local::{Local, Message};
use lock::Lock;
use metrics::Metrics;
use outcome::{Unhandled, panic_message};
use polling::Polling;
use priority::Priority;
use reactor::Reactor;
use remote::RemoteQueue;
use run_queue::Idler;
use table::Table;
use task::{Runnable, UNKNOWN_SLOT};
use thread::ThreadToken;
use timers::Timers;

/// How grave a message for the programmer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Level {
    /// A bug in the program.
    Critical,
    /// Something that the program should have looked at.
    Warning,
}

/// Called with what nobody looked at.
pub(crate) type Hook = Box<dyn Fn(&Unhandled) + Send + Sync>;

/// What can be chosen about a core.
pub(crate) struct Options {
    /// How long a turn may go on.
    pub(crate) budget: Duration,
    pub(crate) hook: Option<Hook>,
    /// What nobody looked at ends the `block_on` that runs.
    pub(crate) end_on_unhandled: bool,
    #[cfg(feature = "test-util")]
    pub(crate) start_paused: bool,
    /// Other threads can see the coroutines while one of them blocks the loop, also without insight.
    pub(crate) visible: bool,
    /// Polls are measured.
    pub(crate) insight: bool,
    pub(crate) slow_poll: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            budget: Duration::from_millis(1),
            hook: None,
            end_on_unhandled: false,
            #[cfg(feature = "test-util")]
            start_paused: false,
            visible: false,
            insight: insight::is_asked_for(),
            slow_poll: insight::SLOW_POLL,
        }
    }
}

/// The state behind one runtime.
pub(crate) struct Core {
    owner: ThreadToken,
    /// The owner's name, for people.
    thread: Option<String>,
    budget: Duration,
    remote: RemoteQueue<Message>,
    /// The table of coroutines where other threads are to see it; elsewhere it is [`Local`]'s.
    shared: Option<Lock<Table>>,
    /// What the owner thread's storage held when it went, with the count of aborts. See [`local`].
    estate: Lock<Option<(Table, usize)>>,
    foreign_joins: ForeignJoins,
    pub(crate) timers: Timers,
    pub(crate) reactor: Reactor,
    pub(crate) blocking: BlockingJobs,
    /// For wakers between turns; kept for its allocation.
    wakers: Lock<Vec<Waker>>,
    /// For messages, likewise.
    messages: Lock<VecDeque<Message>>,
    polling: Polling,
    insight: Option<Arc<Insight>>,
    /// The turn in progress is to end soon: the root future of a `block_on` is done, or condemned. Set by any thread, cleared
    /// by the owner.
    interrupted: AtomicBool,
    closed: AtomicBool,
    /// The host was destroyed on another thread; the owner closes the core when it next looks.
    orphaned: AtomicBool,
    complained: AtomicBool,
    waker: OnceLock<Box<dyn Fn() + Send + Sync>>,
    log: OnceLock<fn(Level, &str)>,
    hook: Option<Hook>,
    end_on_unhandled: bool,
    /// What ends the program: the first that nobody looked at, if that is asked for.
    verdict: Lock<Option<Box<dyn Any + Send>>>,
    condemned: AtomicBool,
}

impl Core {
    /// A core owned by the calling thread, and the backend whose descriptor its host watches.
    pub(crate) fn new(options: Options) -> io::Result<(Arc<Self>, Arc<Backend>)> {
        let backend = Arc::new(Backend::new()?);
        let core = Arc::new(Self {
            owner: ThreadToken::current(),
            thread: std::thread::current().name().map(str::to_owned),
            budget: options.budget,
            remote: RemoteQueue::new(),
            shared: (options.insight || options.visible).then(Lock::default),
            estate: Lock::default(),
            foreign_joins: ForeignJoins::default(),
            timers: Timers::default(),
            reactor: Reactor::new(backend.clone()),
            blocking: BlockingJobs::default(),
            wakers: Lock::default(),
            messages: Lock::default(),
            polling: Polling::default(),
            insight: options
                .insight
                .then(|| Arc::new(Insight::new(options.slow_poll))),
            interrupted: AtomicBool::new(false),
            closed: AtomicBool::new(false),
            orphaned: AtomicBool::new(false),
            complained: AtomicBool::new(false),
            waker: OnceLock::new(),
            log: OnceLock::new(),
            hook: options.hook,
            end_on_unhandled: options.end_on_unhandled,
            verdict: Lock::default(),
            condemned: AtomicBool::new(false),
        });
        local::create(&core);
        registry::add(&core);
        #[cfg(feature = "test-util")]
        if options.start_paused {
            core.pause().expect("a fresh clock runs");
        }
        Ok((core, backend))
    }

    pub(crate) fn is_owned_by_this_thread(&self) -> bool {
        ThreadToken::current() == self.owner
    }

    /// The owner thread's name.
    pub(crate) fn thread_name(&self) -> Option<&str> {
        self.thread.as_deref()
    }

    /// Whether both belong to the same thread.
    #[cfg(feature = "glib")]
    pub(crate) fn is_beside(&self, other: &Self) -> bool {
        self.owner == other.owner
    }

    #[inline]
    pub(crate) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Acquire)
    }

    /// The table of coroutines, wherever it lies.
    #[inline]
    fn with_table<R>(&self, local: &mut Local, act: impl FnOnce(&mut Table) -> R) -> R {
        // Called at one place, so that it is inlined.
        let mut shared = self.shared.as_ref().map(Lock::lock);
        act(shared.as_deref_mut().unwrap_or(&mut local.table))
    }

    /// Queues a coroutine that was woken, from any thread.
    fn queue(&self, runnable: Runnable) {
        let mut runnable = Some(runnable);
        let pushed = local::with(self, |local| {
            Some(local.borrow_mut().queue.push(runnable.take()?))
        });
        match (pushed.flatten(), runnable) {
            (Some(true), _) => self.tell_host(),
            (None, Some(runnable)) => self.send(Message::Woken(runnable)),
            _ => {}
        }
    }

    /// Has the owner thread do something.
    fn send(&self, message: Message) {
        if self.remote.push(message) {
            self.call_owner();
        }
    }

    /// Has the owner thread look into the remote queue.
    fn call_owner(&self) {
        self.reactor.notify();
        self.tell_host();
    }

    /// Has an idler woken when a turn of priority idle comes. On the owner thread.
    pub(crate) fn schedule_idler(&self, idler: Idler) {
        let must_tell = local::with(self, |local| {
            local.borrow_mut().queue.push_idler(idler.clone())
        });
        match must_tell {
            Some(true) => self.tell_host(),
            Some(false) => {}
            // The thread is ending: nobody would know of the wait.
            None => wake_idler(&idler),
        }
    }

    fn tell_host(&self) {
        if let Some(waker) = self.waker.get() {
            waker();
        }
    }

    /// Sets what is called when work turns up while the host may be asleep. The first call wins.
    pub(crate) fn set_waker(&self, waker: Box<dyn Fn() + Send + Sync>) {
        let _ = self.waker.set(waker);
    }

    /// Sets where messages for the programmer go. The first call wins; the default is stderr.
    pub(crate) fn set_log(&self, log: fn(Level, &str)) {
        let _ = self.log.set(log);
    }

    /// Never panics: it is called where that would abort the process.
    pub(crate) fn log(&self, level: Level, message: &str) {
        match self.log.get() {
            Some(log) => {
                let logged = catch_unwind(AssertUnwindSafe(|| log(level, message)));
                logged.unwrap_or_else(outcome::discard);
            }
            None => log_to_stderr(message),
        }
    }

    /// Hands something that nobody looked at to the hook. A hook that panics is logged.
    fn unhandled(&self, unhandled: Unhandled) {
        match &self.hook {
            None => {
                let level = match unhandled.panic() {
                    Some(_) => Level::Critical,
                    None => Level::Warning,
                };
                self.log(level, &unhandled.to_string());
            }
            Some(hook) => {
                if let Err(payload) = catch_unwind(AssertUnwindSafe(|| hook(&unhandled))) {
                    log_panic(
                        &format!("the unhandled-error hook, called for: {unhandled},"),
                        payload,
                    );
                }
            }
        }
        if self.end_on_unhandled {
            self.condemn(unhandled.into_panic());
        } else {
            outcome::discard(unhandled);
        }
    }

    /// Marks a coroutine to be dropped at its await point, from any thread. One that has ended is left alone.
    pub(crate) fn abort(&self, slot: u32, id: Id) {
        if slot == UNKNOWN_SLOT
            && let Some(local) = local::find(self)
        {
            // What another thread spawned may be on its way here.
            self.accept_remote(&local);
        }
        // Anew, as the host, which hears of what has come, may leave the core of a thread that ends.
        let Some(local) = local::find(self) else {
            // What is closed has been marked as a whole.
            if !self.is_closed() {
                self.send(Message::Abort { slot, id });
            }
            return;
        };
        let waker = self.mark(&mut local.borrow_mut(), slot, id);
        waker.into_iter().for_each(Waker::wake);
    }

    /// Marks a coroutine, if it has not ended. The waker, if there is one, is to be called.
    fn mark(&self, local: &mut Local, slot: u32, id: Id) -> Option<Waker> {
        let marked = self.with_table(local, |table| table.abort(slot, id));
        local.aborts += usize::from(marked.is_some());
        marked.flatten()
    }

    /// Whether a coroutine of that priority is ready on this thread. "No" counts as told to the host,
    /// which may go to sleep on it.
    pub(crate) fn is_ready(&self, priority: Priority) -> bool {
        let ready = local::with(self, |local| {
            let queue = &mut local.borrow_mut().queue;
            let ready = queue.is_ready(priority);
            if !ready {
                queue.rest(priority);
            }
            ready
        });
        ready.unwrap_or(false)
    }

    /// When the host must give a turn at the latest; now, if a coroutine is ready on this thread or a
    /// paused clock may jump.
    /// Brings the descriptor's timer up to date.
    pub(crate) fn next_deadline(&self) -> Option<Instant> {
        self.loop_is_alive();
        if !self.may_sleep() || self.may_jump() {
            return Some(Instant::now());
        }
        self.timers.publish(&self.reactor)
    }

    /// Whether no coroutine of any priority is ready on this thread, and says so to the run queue.
    fn may_sleep(&self) -> bool {
        let may_sleep = local::with(self, |local| {
            let queue = &mut local.borrow_mut().queue;
            if Priority::ALL.iter().any(|&p| queue.is_ready(p)) {
                return false;
            }
            for priority in Priority::ALL {
                queue.rest(priority);
            }
            true
        });
        may_sleep.unwrap_or(true)
    }

    /// Notes that the loop runs: if a coroutine is in the middle of a poll, it is that coroutine that runs it.
    pub(crate) fn loop_is_alive(&self) {
        if let Some(insight) = &self.insight
            && self.is_owned_by_this_thread()
        {
            insight.loop_is_alive();
        }
    }

    /// Notes which coroutine awaits the handle of one of ours, on any thread.
    pub(crate) fn note_joiner(
        &self,
        slot: u32,
        id: Id,
        joiner: Option<Id>,
        has_ended: impl FnOnce() -> bool,
    ) {
        let Some(local) = local::find(self) else {
            return self.foreign_joins.set(id, joiner, has_ended);
        };
        self.with_table(&mut local.borrow_mut(), |table| {
            if let Some(entry) = table.get_mut(slot, id) {
                entry.joiner = joiner;
            }
        });
        self.foreign_joins.forget(id);
    }

    /// Ends the turn in progress after the present poll.
    pub(crate) fn interrupt(&self) {
        self.interrupted.store(true, Ordering::Relaxed);
    }

    /// On any thread but the owner without the figures of the run queue, and without those of the table unless there is insight.
    pub(crate) fn metrics(&self) -> Metrics {
        let mut metrics = Metrics::default();
        let read = |table: &Table, metrics: &mut Metrics| {
            metrics.alive = table.len();
            metrics.peak_alive = table.peak;
            metrics.spawned = table.spawned;
        };
        match local::find(self) {
            Some(local) => {
                // On their way here: nobody else takes them, so that they are in no table and no queue yet.
                let (mut woken, mut spawned) = (0, 0);
                self.remote.for_each(|message| match message {
                    Message::Woken(_) => woken += 1,
                    Message::Spawned(..) => spawned += 1,
                    Message::Abort { .. } | Message::Ask(_) => {}
                });
                let local = &mut *local.borrow_mut();
                self.with_table(local, |table| {
                    // What has been told stays true, should others end before these arrive.
                    table.peak = table.peak.max(table.len() + spawned);
                    read(table, &mut metrics);
                });
                metrics.alive += spawned;
                metrics.spawned += spawned as u64;
                metrics.ready = local.queue.len() + woken + spawned;
                metrics.polls = local.queue.polls;
                metrics.turns = local.queue.turns;
            }
            None => {
                if let Some(shared) = &self.shared {
                    read(&shared.lock(), &mut metrics);
                }
            }
        }
        if let Some(insight) = &self.insight {
            insight.report(&mut metrics);
        }
        metrics
    }
}

impl fmt::Debug for Core {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Core")
            .field("owner", &self.owner)
            .field("metrics", &self.metrics())
            .finish_non_exhaustive()
    }
}

/// What async-task calls when a coroutine was woken, from any thread.
///
/// It captures nothing: around the call of one that does, async-task holds an extra waker. The core is
/// in the metadata, and nearly always it is the one in whose turn we are, so that even its reference
/// count can be left alone.
fn schedule(runnable: Runnable) {
    if let Err(runnable) = current::push(runnable) {
        let core = runnable.metadata().core.clone();
        core.queue(runnable);
    }
}

/// Says that code which must not panic did, and throws the payload away.
pub(crate) fn log_panic(culprit: &str, payload: Box<dyn Any + Send>) {
    let message = format!("{culprit} panicked: {}", panic_message(&*payload));
    outcome::discard(payload);
    match current::core() {
        Some(core) => core.log(Level::Critical, &message),
        None => log_to_stderr(&message),
    }
}

fn log_to_stderr(message: &str) {
    // Where nobody reads standard error there is nobody to tell.
    let _ = writeln!(io::stderr(), "glib-coro: {message}");
}
