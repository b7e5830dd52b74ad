//! Signals where GLib listens too: `g_unix_signal_add` comes and goes, before and after us, and neither
//! takes the signal from the other.

#![forbid(unsafe_code)]
#![cfg(feature = "glib")]

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use glib::{ControlFlow, MainContext, Source};
use glib_coro::signal::{Signal, SignalKind, unix};
use glib_coro::{Runtime, yield_now};
use glib_coro_tests::{Counter, Host, on_every_host, on_glib};
use signal_hook::consts::*;
use signal_hook::low_level::raise;

/// All that GLib can watch.
const GLIBS: [i32; 6] = [SIGHUP, SIGINT, SIGTERM, SIGUSR1, SIGUSR2, SIGWINCH];

fn listen(number: i32) -> Signal {
    unix(SignalKind::from_raw(number)).unwrap()
}

/// What an application does with `g_unix_signal_add`.
struct Application {
    context: MainContext,
    source: Source,
    heard: Counter,
}

impl Application {
    fn listen(number: i32) -> Self {
        let heard = Counter::new();
        let context = MainContext::new();
        let count = heard.clone();
        let source =
            glib_unix::signal_source_new(number, None, glib::Priority::DEFAULT, move || {
                count.add();
                ControlFlow::Continue
            });
        source.attach(Some(&context));
        Self {
            context,
            source,
            heard,
        }
    }

    /// Runs the application's own loop until its callback was called so often.
    async fn hears(&self, times: usize) {
        while self.heard.get() < times {
            self.context.iteration(false);
            // GLib tells its sources on a thread of its own.
            yield_now().await;
        }
        assert_eq!(self.heard.get(), times);
    }
}

impl Drop for Application {
    fn drop(&mut self) {
        self.source.destroy();
    }
}

fn the_application_listens_first(host: Host) {
    host.runtime().block_on(async {
        for number in GLIBS {
            let application = Application::listen(number);
            let mut ours = listen(number);
            raise(number).unwrap();
            ours.recv().await.unwrap();
            application.hears(1).await;
            // GLib's last source would take our handler away and put the default back.
            drop(application);
            raise(number).unwrap();
            ours.recv().await.unwrap();
            drop(ours);
            raise(number).unwrap();
        }
    });
}

fn the_application_listens_later(host: Host) {
    host.runtime().block_on(async {
        for number in GLIBS {
            let mut ours = listen(number);
            // GLib's first source would replace our handler.
            let application = Application::listen(number);
            raise(number).unwrap();
            ours.recv().await.unwrap();
            application.hears(1).await;
            drop(ours);
            raise(number).unwrap();
            application.hears(2).await;
            drop(application);
            raise(number).unwrap();
            let mut ours = listen(number);
            let application = Application::listen(number);
            raise(number).unwrap();
            ours.recv().await.unwrap();
            application.hears(1).await;
        }
    });
}

fn three_neighbours_in_every_order(host: Host) {
    host.runtime().block_on(async {
        let orders = [
            "glib hook ours",
            "glib ours hook",
            "hook ours glib",
            "ours glib hook",
            "ours hook glib",
        ];
        for (number, order) in GLIBS.into_iter().zip(orders) {
            let hook = Arc::new(AtomicBool::new(false));
            let (mut application, mut ours) = (None, None);
            for neighbour in order.split(' ') {
                match neighbour {
                    "glib" => application = Some(Application::listen(number)),
                    "ours" => ours = Some(listen(number)),
                    _ => drop(signal_hook::flag::register(number, hook.clone())),
                }
            }
            let (mut ours, application) = (ours.unwrap(), application.unwrap());
            raise(number).unwrap();
            ours.recv().await.unwrap();
            application.hears(1).await;
            assert!(hook.swap(false, Ordering::SeqCst), "{order}");
            drop(application);
            raise(number).unwrap();
            ours.recv().await.unwrap();
            assert!(hook.swap(false, Ordering::SeqCst), "{order}");
        }
    });
}

fn a_plain_main_loop_hears_too(_: Host) {
    let context = MainContext::new();
    let runtime = Runtime::builder().main_context(&context).build().unwrap();
    let heard = Counter::new();
    let count = heard.clone();
    drop(runtime.spawn(async move {
        let mut signal = listen(SIGUSR1);
        loop {
            signal.recv().await.unwrap();
            count.add();
        }
    }));
    for times in 1..=3 {
        while context.iteration(false) {}
        raise(SIGUSR1).unwrap();
        // Nothing but the signal wakes the loop.
        while heard.get() < times {
            context.iteration(true);
        }
    }
}

on_every_host!(
    alone: the_application_listens_first,
    the_application_listens_later,
    three_neighbours_in_every_order,
);
on_glib!(alone: a_plain_main_loop_hears_too);
