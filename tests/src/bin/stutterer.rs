//! What the tests of insight look at from outside: a program whose coroutines block the loop.

#![forbid(unsafe_code)]

use std::future::pending;
use std::io::{Read, stdin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use glib_coro::runtime::Builder;
use glib_coro::{Runtime, sleep, spawn, task, yield_now};
use glib_coro_tests::Host;
use rustix::process::{Signal, getpid, kill_process};

const MS: Duration = Duration::from_millis(1);

fn main() {
    let args: Vec<_> = std::env::args().skip(1).collect();
    let host = match args[0].as_str() {
        #[cfg(feature = "glib")]
        "GLib" => Host::GLib,
        _ => Host::Standalone,
    };
    match args[1].as_str() {
        "slow" => stutter(host.builder().insight(true).slow_poll(MS), 20 * MS),
        "default" => stutter(host.builder(), 150 * MS),
        "off" => stutter(host.builder().insight(false), 150 * MS),
        "dump" => dump(host, Handler::Older),
        "dump-handler-later" => dump(host, Handler::Later),
        other => panic!("unknown: {other}"),
    }
}

fn stutter(builder: Builder, time: Duration) {
    builder.build().expect("a runtime").block_on(async {
        let builder = task::Builder::new().name("stutterer");
        let stutterer = builder.spawn(async move { thread::sleep(time) });
        stutterer.await.expect("no panic");
    });
}

/// Blocks the loop with SIGUSR2 pending until stdin ends. A handler of the program's own says so when it is
/// called.
fn dump(host: Host, handler: Handler) {
    let (runtime, was_called) = with_own_handler(host, handler);
    let (ready, side) = channel();
    let side_thread = thread::Builder::new().name("side".to_owned());
    side_thread
        .spawn(move || {
            host.runtime().block_on(async {
                let builder = task::Builder::new().name("sleeper");
                drop(builder.spawn(sleep(Duration::from_secs(3600))));
                yield_now().await;
                ready.send(()).expect("main waits");
                pending::<()>().await;
            });
        })
        .expect("a thread");
    side.recv().expect("the thread is ready");
    runtime.block_on(async {
        let builder = task::Builder::new().name("blocker");
        let blocker = builder.spawn(async {
            kill_process(getpid(), Signal::USR2).expect("this process runs");
            let _ = stdin().read(&mut [0]);
        });
        blocker.await.expect("no panic");
        while !was_called.load(Ordering::Relaxed) {
            spawn(sleep(MS)).await.expect("no panic");
        }
    });
    eprintln!("own handler");
}

/// Whether the program's own handler is installed before the library's.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Handler {
    Older,
    Later,
}

fn with_own_handler(host: Host, handler: Handler) -> (Runtime, Arc<AtomicBool>) {
    let called = Arc::new(AtomicBool::new(false));
    let flag = called.clone();
    let (builder, listen): (_, Box<dyn FnOnce()>) = match host {
        #[cfg(feature = "glib")]
        Host::GLib => {
            let context = glib::MainContext::new();
            let builder = Runtime::builder().main_context(&context);
            let listen = move || {
                let source = glib_unix::signal_source_new(
                    Signal::USR2.as_raw(),
                    None,
                    glib::Priority::DEFAULT,
                    move || {
                        flag.store(true, Ordering::Relaxed);
                        glib::ControlFlow::Continue
                    },
                );
                source.attach(Some(&context));
            };
            (builder, Box::new(listen))
        }
        _ => {
            let listen = || {
                signal_hook::flag::register(Signal::USR2.as_raw(), flag).expect("a handler");
            };
            (host.builder(), Box::new(listen))
        }
    };
    let build = || builder.build().expect("a runtime");
    let runtime = match handler {
        Handler::Older => {
            listen();
            build()
        }
        Handler::Later => {
            let runtime = build();
            listen();
            runtime
        }
    };
    (runtime, called)
}
