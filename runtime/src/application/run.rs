//! Running an application around a coroutine.

use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, Location, catch_unwind, resume_unwind};
use std::process::{ExitCode, Termination};
use std::rc::{Rc, Weak};

use futures_util::FutureExt;
use gio::prelude::*;

use super::interrupts::Interrupts;
use super::launches::{Hub, connect};
use crate::core::log_panic;
use crate::object::Connection;
use crate::runtime::{self, Inner};
use crate::task::{self, Builder, CancellationToken, JoinHandle, Priority};

/// Runs an application with the arguments of the process, and a coroutine in it; see the [module's page](super).
///
/// ```no_run
/// use std::time::Duration;
/// use glib_coro::gio::{self, prelude::*};
/// use glib_coro::{application, sleep};
///
/// fn main() -> std::process::ExitCode {
///     let app = gio::Application::new(Some("org.example.Countdown"), Default::default());
///     application::run(app, async |app| {
///         for n in [3, 2, 1] {
///             println!("{n}");
///             sleep(Duration::from_secs(1)).await;
///         }
///         println!("{} takes off", app.application_id().unwrap());
///     })
/// }
/// ```
///
/// # Panics
///
/// With the body's panic, after the application has ended. Inside a coroutine, and where another thread iterates the default
/// main context.
#[track_caller]
pub fn run<A, B, T>(app: A, body: B) -> ExitCode
where
    A: IsA<gio::Application>,
    B: AsyncFnOnce(&A) -> T + 'static,
    T: Termination + 'static,
{
    run_as(Builder::new(), app, body)
}

/// [`run`] with a name for the body.
#[track_caller]
pub(crate) fn run_as<A, B, T>(builder: Builder, app: A, body: B) -> ExitCode
where
    A: IsA<gio::Application>,
    B: AsyncFnOnce(&A) -> T + 'static,
    T: Termination + 'static,
{
    assert!(
        task::try_id().is_none(),
        "an application cannot run inside a coroutine; call `application::run` in a plain `fn main`, or make it \
         `#[glib_coro::main(application = ..)]`"
    );
    let inner = match runtime::of_default_context() {
        Ok(inner) => inner,
        Err(error) => panic!("cannot run an application on this thread: {error}"),
    };
    // Not left to the application alone: whatever it leaves on the context is for this thread only, to the end of this
    // function.
    let context = glib::MainContext::default();
    let _owned = match context.acquire() {
        Ok(owned) => owned,
        Err(error) => panic!("cannot run an application on this thread: {error}"),
    };
    let spec = builder.into_spec(Location::caller());
    let result = Rc::new(Cell::new(None));
    let hub = Rc::new(Hub::with_backlog());

    let body = Cell::new(Some({
        let (app, hub, result) = (app.clone(), hub.clone(), result.clone());
        move || {
            let hold = app.hold();
            async move {
                let output = AssertUnwindSafe(async { body(&app).await });
                let output = output.catch_unwind().await;
                if output.is_err() {
                    app.quit();
                }
                result.set(Some(output));
                hub.forget_backlog();
                drop(hold);
            }
        }
    }));
    let plain: &gio::Application = app.upcast_ref();
    let connections = connect(plain, &hub, {
        let inner = inner.clone();
        move || {
            if let Some(body) = body.take() {
                drop(JoinHandle::spawn_local(&inner.core, &spec, None, body()));
            }
        }
    });
    let interrupts = Rc::new(RefCell::new(None));
    let listen = {
        let (interrupts, inner, hub) = (interrupts.clone(), inner.clone(), hub.clone());
        move |app: &gio::Application| {
            let listening = Rc::downgrade(&interrupts);
            let interrupted = on_interrupt(app, inner.shutdown_token(), hub.clone(), listening);
            interrupts.replace(Some(Interrupts::listen(interrupted)));
        }
    };
    if plain.is_registered() && !plain.is_remote() {
        // Then it has started up already.
        listen(plain);
    }
    let startup = plain.connect_startup(listen);
    let shutdown = plain.connect_shutdown({
        let inner = inner.clone();
        move |_| {
            // C is the caller.
            if let Err(payload) = catch_unwind(AssertUnwindSafe(|| wind_up(&inner))) {
                log_panic("the end of an application", payload);
            }
        }
    });
    let handlers = [startup, shutdown].map(|handler| Connection::new(plain.upcast_ref(), handler));

    let outer = RUNNING.replace(Some(Running {
        app: plain.clone(),
        hub: hub.clone(),
        token: inner.shutdown_token(),
    }));
    let status = app.run().get();
    RUNNING.set(outer);
    drop((connections, handlers, interrupts.take()));
    if inner.core.is_closed() {
        // A handler of `shutdown` that came after ours may have spawned.
        runtime::end_attached_to_default_context();
    }

    let code = match result.take() {
        None => ExitCode::SUCCESS,
        Some(Ok(output)) => Termination::report(output),
        Some(Err(payload)) => resume_unwind(payload),
    };
    match [status, hub.own_exit_status()] {
        [0, 0] => code,
        [0, status] | [status, _] => ExitCode::from(status),
    }
}

/// What a signal does: it quits; but if the body awaits the token, the first only cancels that.
fn on_interrupt(
    app: &gio::Application,
    token: CancellationToken,
    hub: Rc<Hub>,
    listening: Weak<RefCell<Option<Interrupts>>>,
) -> impl Fn() + use<> {
    let app = app.downgrade();
    move || {
        let first = !token.is_cancelled();
        token.cancel();
        if !(first && hub.is_shutdown_awaited.get())
            && let Some(app) = app.upgrade()
        {
            app.quit();
            // A loop nested in a handler may keep the application from its end: the next signal is to find nobody who
            // listens, and to end the process.
            drop(listening.upgrade().and_then(|listening| listening.take()));
        }
    }
}

/// Ends all coroutines, each with a last poll after the token was cancelled.
fn wind_up(inner: &Inner) {
    inner.shutdown_token().cancel();
    let core = &inner.core;
    if !core.is_closed() {
        for priority in Priority::ALL {
            // Goes to the end of the queue, and ends the turn when those before it have been polled.
            let spec = Builder::new()
                .literal_name(&"end of the application")
                .priority(priority)
                .into_spec(Location::caller());
            let last = JoinHandle::spawn_local(core, &spec, None, {
                let core = core.clone();
                async move { core.interrupt() }
            });
            while !last.is_finished() {
                core.turn(priority);
            }
        }
    }
    core.close();
}

/// The application that [`run`] runs on this thread.
struct Running {
    app: gio::Application,
    hub: Rc<Hub>,
    token: CancellationToken,
}

thread_local! {
    static RUNNING: RefCell<Option<Running>> = const { RefCell::new(None) };
}

/// The hub of an application that [`run`] runs.
pub(super) fn running(app: &gio::Application) -> Option<Rc<Hub>> {
    RUNNING.with_borrow(|running| {
        let running = running.as_ref().filter(|running| running.app == *app);
        running.map(|running| running.hub.clone())
    })
}

/// The token that is cancelled when an application that [`run`] runs is to end, for whatever cannot be left to destructors.
///
/// Whoever calls this takes it upon them to end the body when the token is cancelled: the first SIGINT or SIGTERM then does
/// no more than that, and the second one quits. When the application shuts down the token is cancelled as well, but then every
/// coroutine gets one poll more and is dropped.
///
/// ```no_run
/// use glib_coro::{application, gio};
///
/// # async fn serve() {}
/// # async fn say_goodbye() {}
/// fn main() -> std::process::ExitCode {
///     let app = gio::Application::new(None, gio::ApplicationFlags::IS_SERVICE);
///     application::run(app, async |app| {
///         let token = application::shutdown_token(app);
///         token.run_until_cancelled(serve()).await;
///         say_goodbye().await;
///     })
/// }
/// ```
///
/// # Panics
///
/// If the application is not run by [`run`] on this thread.
#[track_caller]
pub fn shutdown_token(app: &impl IsA<gio::Application>) -> CancellationToken {
    let Some(hub) = running(app.upcast_ref()) else {
        panic!(
            "`application::shutdown_token` of an application that `application::run` does not run on this thread"
        );
    };
    hub.is_shutdown_awaited.set(true);
    let token =
        RUNNING.with_borrow(|running| running.as_ref().map(|running| running.token.clone()));
    token.unwrap_or_default()
}
