//! Options of a runtime.

use std::cell::Cell;
use std::fmt;
use std::io;
use std::rc::Rc;
use std::time::Duration;

use super::{Inner, Runtime, Unhandled, local};
use crate::core::{Core, Options};
use crate::event_loop::{Driver, EventLoop};
use crate::task::CancellationToken;

/// Builds a [`Runtime`] with options.
///
/// ```
/// use std::time::Duration;
/// use glib_coro::Runtime;
///
/// # fn main() -> std::io::Result<()> {
/// let runtime = Runtime::builder()
///     .budget(Duration::from_micros(500))
///     .on_unhandled(|unhandled| eprintln!("{unhandled}"))
///     .build()?;
/// # Ok(()) }
/// ```
#[must_use = "a builder does nothing until `build` is called"]
pub struct Builder {
    host: Host,
    options: Options,
}

enum Host {
    Thread,
    #[cfg(feature = "glib")]
    Context(glib::MainContext),
    Loop(Box<dyn EventLoop>),
}

impl Builder {
    pub(super) fn new() -> Self {
        Self {
            host: Host::Thread,
            options: Options::default(),
        }
    }

    /// Runs the coroutines on this context instead of the thread-default one.
    ///
    /// This and [`event_loop`](Self::event_loop) replace each other: the last call decides.
    ///
    /// ```
    /// use glib_coro::{Runtime, glib::MainContext};
    ///
    /// # fn main() -> std::io::Result<()> {
    /// let context = MainContext::new();
    /// let runtime = Runtime::builder().main_context(&context).build()?;
    /// let handle = runtime.spawn(async { 6 * 7 });
    /// while !handle.is_finished() {
    ///     context.iteration(true); // or `block_on`, or a `MainLoop` of this context
    /// }
    /// assert_eq!(runtime.block_on(handle).unwrap(), 42);
    /// # Ok(()) }
    /// ```
    #[cfg(feature = "glib")]
    pub fn main_context(mut self, context: &glib::MainContext) -> Self {
        self.host = Host::Context(context.clone());
        self
    }

    /// Runs the coroutines on this event loop.
    ///
    /// ```
    /// use glib_coro::{Runtime, event_loop::Standalone};
    ///
    /// # fn main() -> std::io::Result<()> {
    /// let runtime = Runtime::builder().event_loop(Standalone::new()).build()?;
    /// assert_eq!(runtime.block_on(async { 6 * 7 }), 42);
    /// assert_eq!(runtime.metrics().sources, 0); // nothing of GLib's is used
    /// # Ok(()) }
    /// ```
    pub fn event_loop(mut self, event_loop: impl EventLoop) -> Self {
        self.host = Host::Loop(Box::new(event_loop));
        self
    }

    /// How long a turn may take before less urgent sources of the loop get their turn: 1 ms by default.
    ///
    /// A turn ends with the first poll that ends after the budget.
    ///
    /// ```
    /// use std::{thread, time::Duration};
    ///
    /// # fn main() -> std::io::Result<()> {
    /// let runtime = glib_coro::Runtime::builder().budget(Duration::from_micros(500)).build()?;
    /// runtime.block_on(async {
    ///     for _ in 0..4 {
    ///         thread::sleep(Duration::from_millis(1)); // a piece of work
    ///         glib_coro::yield_now().await;
    ///     }
    /// });
    /// assert!(runtime.metrics().turns >= 4); // other sources had their turn after each piece
    /// # Ok(()) }
    /// ```
    pub fn budget(mut self, budget: Duration) -> Self {
        self.options.budget = budget;
        self
    }

    /// Sets the unhandled-error hook. It is called with every panic or error of a coroutine whose last handle was
    /// dropped before anybody looked at it; an abort does not count. By default a message is logged: with GLib's log on
    /// GLib (critical for a panic, a warning for an error), and to standard error elsewhere.
    ///
    /// The hook runs on the thread that dropped the handle: mostly the runtime's, but a `JoinHandle`
    /// can be dropped on any thread. A panic inside the hook is logged.
    ///
    /// ```
    /// use glib_coro::Runtime;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// let (sender, receiver) = std::sync::mpsc::channel();
    /// let runtime = Runtime::builder()
    ///     .on_unhandled(move |unhandled| sender.send(unhandled.message().to_owned()).unwrap())
    ///     .build()?;
    /// runtime.block_on(async {
    ///     glib_coro::spawn(async { panic!("out of paper") }); // nobody awaits it
    ///     glib_coro::yield_now().await;
    /// });
    /// assert_eq!(receiver.recv().unwrap(), "out of paper");
    /// # Ok(()) }
    /// ```
    pub fn on_unhandled(mut self, hook: impl Fn(&Unhandled) + Send + Sync + 'static) -> Self {
        self.options.hook = Some(Box::new(hook));
        self
    }

    /// Ends the running [`block_on`](Runtime::block_on) at the first panic or error that nobody looked at: the hook is
    /// called, and then `block_on` panics with it. Of several nested ones all end, and the outermost panics with it. This
    /// is for programs that would rather stop than continue without one of their coroutines.
    ///
    /// ```should_panic
    /// # fn main() -> std::io::Result<()> {
    /// let runtime = glib_coro::Runtime::builder().end_on_unhandled(true).build()?;
    /// runtime.block_on(async {
    ///     glib_coro::spawn(async { panic!("nobody looks") });
    ///     std::future::pending::<()>().await
    /// });
    /// # Ok(()) }
    /// ```
    pub fn end_on_unhandled(mut self, end: bool) -> Self {
        self.options.end_on_unhandled = end;
        self
    }

    /// Measures how long every poll takes, for each coroutine and for the [metrics](Runtime::metrics), and warns
    /// of [slow](Self::slow_poll) ones. Off by default, because it reads the clock twice per poll. When it is off,
    /// nothing is measured.
    ///
    /// Unless the program calls this, `GLIB_CORO_DEBUG=1` in the environment turns it on.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// let runtime = glib_coro::Runtime::builder()
    ///     .insight(true)
    ///     .slow_poll(Duration::from_millis(16)) // a frame at 60 Hz
    ///     .build()?;
    /// runtime.block_on(async {});
    /// assert_eq!(runtime.metrics().poll_times.count(), 1);
    /// # Ok(()) }
    /// ```
    pub fn insight(mut self, insight: bool) -> Self {
        self.options.insight = insight;
        self
    }

    /// Lets other threads see the coroutines while the loop is stuck, without measuring polls.
    pub(crate) fn visible(mut self) -> Self {
        self.options.visible = true;
        self
    }

    /// The duration from which on a poll counts as slow, with [insight](Self::insight): 100 ms by default.
    ///
    /// A slow poll is counted, and a warning names the coroutine, where it was spawned and the duration: in GLib's log on GLib,
    /// on standard error elsewhere. The time that a coroutine spends in a nested loop does not count.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// let limit = Duration::from_millis(5);
    /// let runtime = glib_coro::Runtime::builder().insight(true).slow_poll(limit).build()?;
    /// runtime.block_on(async {
    ///     std::thread::sleep(limit); // blocks the loop: a warning names this coroutine
    /// });
    /// assert_eq!(runtime.metrics().slow_polls, 1);
    /// # Ok(()) }
    /// ```
    pub fn slow_poll(mut self, threshold: Duration) -> Self {
        self.options.slow_poll = threshold;
        self
    }

    /// Starts with the runtime's clock [paused](crate::time#the-virtual-clock).
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// let runtime = glib_coro::Runtime::builder().start_paused(true).build()?;
    /// runtime.block_on(async {
    ///     glib_coro::sleep(Duration::from_secs(3600)).await; // takes no time
    /// });
    /// # Ok(()) }
    /// ```
    #[cfg(feature = "test-util")]
    pub fn start_paused(mut self, paused: bool) -> Self {
        self.options.start_paused = paused;
        self
    }

    /// Builds the runtime, on this thread and for this thread.
    ///
    /// ```
    /// # #[cfg(not(feature = "glib"))] fn main() {}
    /// # #[cfg(feature = "glib")] fn main() -> std::io::Result<()> {
    /// use glib_coro::{Runtime, glib::MainContext};
    ///
    /// let context = MainContext::new();
    /// let runtime = Runtime::builder().main_context(&context).build()?;
    /// let second = Runtime::builder().main_context(&context).build();
    /// assert_eq!(second.unwrap_err().kind(), std::io::ErrorKind::AlreadyExists);
    /// drop(runtime);
    /// assert!(Runtime::builder().main_context(&context).build().is_ok());
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// `AlreadyExists` if the context or event loop has a runtime already; the kernel's error if it
    /// refuses a descriptor.
    pub fn build(self) -> io::Result<Runtime> {
        let (event_loop, fallback) = match self.host {
            Host::Thread => local::default_event_loop(),
            #[cfg(feature = "glib")]
            Host::Context(context) => {
                let host: Box<dyn EventLoop> = Box::new(crate::event_loop::GLib::new(&context));
                (host, false)
            }
            Host::Loop(event_loop) => (event_loop, false),
        };
        let inner = Inner::new(event_loop, self.options)?;
        local::register(&inner, fallback);
        Ok(Runtime { inner })
    }
}

impl Inner {
    pub(super) fn new(event_loop: Box<dyn EventLoop>, options: Options) -> io::Result<Rc<Self>> {
        let (core, backend) = Core::new(options)?;
        event_loop.attach(Driver::new(core.clone(), backend))?;
        #[cfg(feature = "signal")]
        if crate::core::insight::is_asked_for() {
            super::dump_signal::install(&core);
        }
        Ok(Rc::new(Self {
            core,
            event_loop,
            shutdown: CancellationToken::new(),
            blocking: Cell::new(0),
        }))
    }
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("budget", &self.options.budget)
            .finish_non_exhaustive()
    }
}
