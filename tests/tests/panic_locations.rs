//! What panics does so at the caller's line, with the remedy.

#![forbid(unsafe_code)]

use std::future::pending;
use std::time::Duration;

use glib_coro::task::id;
use glib_coro::time::{interval, interval_at, now};
use glib_coro::{spawn, yield_now};
use glib_coro_tests::{CaughtPanic, Host, catch_panic, on_every_host};

/// Calls an expression that must panic in its own line.
macro_rules! panics_here {
    ($call:expr) => {{
        let line = line!();
        let caught: CaughtPanic = catch_panic(|| $call);
        assert_eq!((&*caught.file, caught.line), (file!(), line), "{caught:?}");
        assert_ne!(caught.message, "");
        caught.message
    }};
}

fn what_the_caller_did_wrong_is_the_callers_line(host: Host) {
    panics_here!(id());
    panics_here!(interval(Duration::ZERO));
    panics_here!(interval_at(now(), Duration::ZERO));
    let rt = host.runtime();
    let cancelled = rt.block_on(async {
        let task = spawn(pending::<()>());
        yield_now().await;
        task.abort();
        task.await.unwrap_err()
    });
    panics_here!(cancelled.into_panic());
}

#[cfg(feature = "glib")]
mod without_a_runtime {
    use std::future::pending;
    use std::thread;

    use ::glib::MainContext;
    use glib_coro::runtime::{Handle, Runtime};
    use glib_coro::task::{Builder, spawn_reporting};
    use glib_coro::{block_on, spawn};
    use glib_coro_tests::glib_view::sources;
    use glib_coro_tests::{CaughtPanic, Host, catch_panic, on_glib};

    fn the_context_has_a_runtime_on_another_thread(_: Host) {
        let context = MainContext::new();
        let _rt = Runtime::builder().main_context(&context).build().unwrap();
        thread::spawn(move || {
            let check = || {
                let messages = [
                    panics_here!(spawn(async {})),
                    panics_here!(spawn_reporting(async { Ok::<_, String>(()) })),
                    panics_here!(Builder::new().name("x").spawn(async {})),
                    panics_here!(block_on(async {})),
                    panics_here!(Handle::current()),
                ];
                for message in messages {
                    assert!(message.contains("Handle"), "no remedy: {message}");
                }
                assert!(Handle::try_current().is_err());
            };
            context.with_thread_default(check).unwrap();
        })
        .join()
        .unwrap();
    }

    fn another_thread_iterates_the_context(_: Host) {
        let context = MainContext::new();
        let rt = Runtime::builder().main_context(&context).build().unwrap();
        let (acquired, is_acquired) = std::sync::mpsc::channel();
        let (release, is_released) = std::sync::mpsc::channel::<()>();
        let owner = thread::spawn(move || {
            let _owned = context.acquire().unwrap();
            acquired.send(()).unwrap();
            let _ = is_released.recv();
        });
        is_acquired.recv().unwrap();
        panics_here!(rt.block_on(async {}));
        drop(release);
        owner.join().unwrap();
        assert_eq!(rt.block_on(async { 1 }), 1);
    }

    fn the_runtime_ends_before_the_future(_: Host) {
        let context = MainContext::new();
        let rt = Runtime::builder().main_context(&context).build().unwrap();
        panics_here!(rt.block_on(async {
            sources(&context)[0].destroy();
            pending::<()>().await;
        }));
        panics_here!(rt.block_on(async {}));
    }

    on_glib![
        the_runtime_ends_before_the_future,
        the_context_has_a_runtime_on_another_thread,
        another_thread_iterates_the_context,
    ];
}

on_every_host![what_the_caller_did_wrong_is_the_callers_line];
