//! What `#[glib_coro::main]` and `#[glib_coro::test]` expand to: a runtime on the loop that the options name, and the body on it.

use std::any::Any;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::watchdog::Watchdog;
use crate::Runtime;
use crate::event_loop::EventLoop;
use crate::runtime;

/// The body of `#[glib_coro::main]`, not run yet.
pub fn main(name: &'static str) -> Entry {
    Entry::new(name, Host::MAIN, false)
}

/// The body of `#[glib_coro::test]`, not run yet: on a context that no other test has.
pub fn test(name: &'static str) -> Entry {
    Entry::new(name, Host::TEST, true)
}

/// A body that is not run yet.
#[derive(Debug)]
pub struct Entry {
    name: &'static str,
    host: Host,
    is_test: bool,
    #[cfg_attr(
        not(feature = "test-util"),
        expect(dead_code, reason = "there is no clock to pause")
    )]
    start_paused: bool,
    timeout: Option<Duration>,
    /// Keeps tokio's runtime current, until everything else of the entry is over.
    _tokio: Option<Box<dyn Any>>,
}

impl Entry {
    fn new(name: &'static str, host: Host, is_test: bool) -> Self {
        Self {
            name,
            host,
            is_test,
            start_paused: false,
            timeout: None,
            _tokio: None,
        }
    }

    pub fn context<C: Context>(self, context: C) -> Self {
        Self {
            host: context.host(),
            ..self
        }
    }

    pub fn event_loop<E: EventLoop>(self, event_loop: E) -> Self {
        Self {
            host: Host(On::Loop(Box::new(event_loop))),
            ..self
        }
    }

    pub fn start_paused<P: StartPaused>(self, paused: P) -> Self {
        Self {
            start_paused: paused.is_paused(),
            ..self
        }
    }

    pub fn timeout(self, milliseconds: u64) -> Self {
        Self {
            timeout: Some(Duration::from_millis(milliseconds)),
            ..self
        }
    }

    pub fn tokio<T: Reactor>(self, tokio: T) -> Self {
        Self {
            _tokio: Some(Box::new(tokio.enter())),
            ..self
        }
    }

    /// Runs the body, and drops all other coroutines before it returns.
    #[track_caller]
    pub fn run<F: Future>(self, body: F) -> F::Output {
        if self.is_test {
            // Boxed, so that what is the same for all tests is not compiled for each.
            return self.run_test(Box::pin(body));
        }
        start(self.host.builder()).block_on_named(self.name, body)
    }

    #[track_caller]
    fn run_test<T>(self, body: Pin<Box<dyn Future<Output = T> + '_>>) -> T {
        let _alone = self.host.alone();
        let failures = Arc::new(Mutex::new(Vec::new()));
        let hook = failures.clone();
        let builder = self.host.builder();
        #[cfg(feature = "test-util")]
        let builder = builder.start_paused(self.start_paused);
        let builder = builder.on_unhandled(move |unhandled| {
            eprintln!("{unhandled}");
            if unhandled.panic().is_some() {
                lock(&hook).push(unhandled.to_string());
            }
        });
        // The watchdog wants to name who hangs.
        let builder = match self.timeout {
            Some(_) => builder.visible(),
            None => builder,
        };
        let runtime = start(builder);
        let watchdog = self
            .timeout
            .map(|timeout| Watchdog::watch(self.name, timeout, runtime.core()));
        let guarded = Guarded { runtime, watchdog };
        let output = guarded.runtime.block_on_named(self.name, body);
        let Guarded { runtime, watchdog } = guarded;
        drop(runtime);
        if let Some(verdict) = watchdog.and_then(Watchdog::end) {
            panic!("{verdict}");
        }
        let failures = lock(&failures);
        assert!(failures.is_empty(), "{}", failures.join("\n"));
        output
    }
}

/// In the order in which they are dropped: what hangs while it is dropped is a hang as well.
struct Guarded {
    runtime: Runtime,
    watchdog: Option<Watchdog>,
}

#[track_caller]
fn start(builder: runtime::Builder) -> Runtime {
    match builder.build() {
        Ok(runtime) => runtime,
        Err(error) => panic!("cannot start the runtime: {error}"),
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Which loop runs the body.
pub struct Host(On);

enum On {
    #[cfg(feature = "glib")]
    DefaultContext,
    #[cfg(feature = "glib")]
    NewContext,
    /// Whatever a builder without options takes.
    #[cfg(not(feature = "glib"))]
    BuiltIn,
    Loop(Box<dyn EventLoop>),
}

impl Host {
    #[cfg(feature = "glib")]
    const MAIN: Self = Self(On::DefaultContext);
    #[cfg(feature = "glib")]
    const TEST: Self = Self(On::NewContext);
    #[cfg(not(feature = "glib"))]
    const MAIN: Self = Self(On::BuiltIn);
    #[cfg(not(feature = "glib"))]
    const TEST: Self = Self(On::BuiltIn);

    fn builder(self) -> runtime::Builder {
        let builder = Runtime::builder();
        match self.0 {
            #[cfg(feature = "glib")]
            On::DefaultContext => builder.main_context(&glib::MainContext::default()),
            #[cfg(feature = "glib")]
            On::NewContext => builder.main_context(&glib::MainContext::new()),
            #[cfg(not(feature = "glib"))]
            On::BuiltIn => builder,
            On::Loop(event_loop) => builder.event_loop(event_loop),
        }
    }

    /// Tests run beside each other, but there is one default context.
    fn alone(&self) -> Option<MutexGuard<'static, ()>> {
        match &self.0 {
            #[cfg(feature = "glib")]
            On::DefaultContext => {
                static DEFAULT_CONTEXT: Mutex<()> = Mutex::new(());
                Some(lock(&DEFAULT_CONTEXT))
            }
            _ => None,
        }
    }
}

impl std::fmt::Debug for Host {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Host").finish_non_exhaustive()
    }
}

/// A value of the option `context`.
#[diagnostic::on_unimplemented(
    message = "`context` needs the `glib` feature of `glib-coro`",
    label = "there is no such context without GLib"
)]
pub trait Context {
    fn host(self) -> Host;
}

/// `context = "default"`
#[derive(Debug)]
pub struct DefaultContext;

/// `context = "new"`
#[derive(Debug)]
pub struct NewContext;

#[cfg(feature = "glib")]
impl Context for DefaultContext {
    fn host(self) -> Host {
        Host(On::DefaultContext)
    }
}

#[cfg(feature = "glib")]
impl Context for NewContext {
    fn host(self) -> Host {
        Host(On::NewContext)
    }
}

/// The value of the option `tokio`.
#[diagnostic::on_unimplemented(
    message = "`tokio` needs the `tokio` feature of `glib-coro`",
    label = "this build of `glib-coro` has no tokio"
)]
pub trait Reactor {
    /// Makes tokio's runtime current on this thread until the guard is dropped. Guards go in the order of
    /// the stack.
    fn enter(self) -> impl Any;
}

/// `tokio`
#[derive(Debug)]
pub struct Tokio;

#[cfg(feature = "tokio")]
impl Reactor for Tokio {
    #[track_caller]
    fn enter(self) -> impl Any {
        crate::compat::tokio::handle().enter()
    }
}

/// A value of the option `start_paused`.
#[diagnostic::on_unimplemented(
    message = "`start_paused` needs the `test-util` feature of `glib-coro`",
    label = "there is no virtual clock without it"
)]
pub trait StartPaused {
    fn is_paused(&self) -> bool;
}

/// `start_paused = true`
#[derive(Debug)]
pub struct Paused(pub bool);

#[cfg(feature = "test-util")]
impl StartPaused for Paused {
    fn is_paused(&self) -> bool {
        self.0
    }
}
