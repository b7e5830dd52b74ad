//! Beside glib-rs and gio: their futures in our coroutines, ours in theirs, on loops that are theirs.

#![forbid(unsafe_code)]
#![cfg(feature = "glib")]

use std::cell::{Cell, RefCell};
use std::future::pending;
use std::io::ErrorKind;
use std::os::unix::net::UnixStream;
use std::rc::Rc;
use std::thread;
use std::time::{Duration, Instant};

use ::glib::{LogLevel, MainContext, MainLoop};
use futures_util::{AsyncReadExt, AsyncWriteExt};
use gio::prelude::FileExtManual;
use glib_coro::{Async, Runtime, block_on, join, sleep, spawn, yield_now};
use glib_coro_tests::glib_view::{before_each_poll, capture_log, sources, take_log};
use glib_coro_tests::{Counter, Host, on_glib};

const MOMENT: Duration = Duration::from_millis(5);

/// What glib-rs and gio offer.
async fn theirs() {
    let start = Instant::now();
    let file = gio::File::for_path(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"));
    let (contents, timer) = join!(
        file.load_contents_future(),
        glib::timeout_future(MOMENT * 2)
    );
    let () = timer;
    assert!(start.elapsed() >= MOMENT);
    assert!(contents.unwrap().0.starts_with(b"[package]"));
}

/// What this crate offers.
async fn ours() {
    let start = Instant::now();
    sleep(MOMENT).await;
    assert!(start.elapsed() >= MOMENT);
    let (a, b) = UnixStream::pair().unwrap();
    let (mut a, mut b) = (Async::new(a).unwrap(), Async::new(b).unwrap());
    let reader = spawn(async move {
        let mut text = String::new();
        b.read_to_string(&mut text).await.unwrap();
        text
    });
    yield_now().await;
    a.write_all(b"hello").await.unwrap();
    drop(a);
    assert_eq!(reader.await.unwrap(), "hello");
}

fn each_works_inside_the_other(_: Host) {
    let context = MainContext::new();
    let rt = Runtime::builder().main_context(&context).build().unwrap();
    let inside = context.spawn_local(async {
        ours().await;
        theirs().await;
        // Theirs again, in one of ours that was spawned in theirs.
        spawn(theirs()).await.unwrap();
    });
    let outside = rt.spawn(async {
        theirs().await;
        ours().await;
        MainContext::ref_thread_default()
            .spawn_local(ours())
            .await
            .unwrap();
    });
    rt.block_on(async {
        let (inside, outside) = join!(inside, outside);
        inside.unwrap();
        outside.unwrap();
        theirs().await;
    });
    // All of it on the one runtime.
    assert!(rt.metrics().spawned >= 6, "{:?}", rt.metrics());
    assert_eq!(rt.metrics().alive, 0);
}

fn a_plain_main_loop_drives_coroutines_without_any_runtime(_: Host) {
    let context = MainContext::new();
    context
        .with_thread_default(|| {
            let main_loop = MainLoop::new(Some(&context), false);
            // From nowhere, and from a callback.
            for from_callback in [false, true] {
                let done = Rc::new(Cell::new(false));
                let body = {
                    let (done, main_loop) = (done.clone(), main_loop.clone());
                    async move {
                        ours().await;
                        theirs().await;
                        done.set(true);
                        main_loop.quit();
                    }
                };
                if from_callback {
                    let source = glib::idle_source_new(None, glib::Priority::DEFAULT, {
                        let body = RefCell::new(Some(glib::thread_guard::ThreadGuard::new(body)));
                        move || {
                            if let Some(body) = body.take() {
                                drop(spawn(body.into_inner()));
                            }
                            glib::ControlFlow::Break
                        }
                    });
                    source.attach(Some(&context));
                } else {
                    drop(spawn(body));
                }
                main_loop.run();
                assert!(done.get());
            }
            // Quit and run again: what was pending goes on.
            let slow = spawn(sleep(MOMENT));
            assert!(!slow.is_finished());
            block_on(slow).unwrap();
        })
        .unwrap();
    assert_eq!(sources(&context).len(), 1);
}

fn the_default_context_serves_a_thread_that_owns_it(_: Host) {
    let default = MainContext::default();
    let _owned = default.acquire().unwrap();
    let main_loop = MainLoop::new(None, false);
    let ran = Counter::new();
    drop(spawn({
        let (main_loop, ran) = (main_loop.clone(), ran.clone());
        async move {
            ours().await;
            theirs().await;
            ran.add();
            main_loop.quit();
        }
    }));
    main_loop.run();
    assert_eq!(ran.get(), 1);
    assert_eq!(sources(&default).len(), 1);
}

fn a_second_runtime_on_a_context_already_exists(_: Host) {
    let context = MainContext::new();
    fn build(context: &MainContext) -> std::io::Result<Runtime> {
        Runtime::builder().main_context(context).build()
    }
    let kind = |context: &MainContext| build(context).map(drop).unwrap_err().kind();
    let rt = build(&context).unwrap();
    assert_eq!(kind(&context), ErrorKind::AlreadyExists);
    thread::spawn({
        let context = context.clone();
        move || assert_eq!(kind(&context), ErrorKind::AlreadyExists)
    })
    .join()
    .unwrap();
    // The first one is as good as before, and free for another one when it ends.
    assert_eq!(rt.block_on(async { spawn(async { 1 }).await.unwrap() }), 1);
    assert_eq!(sources(&context).len(), 1);
    drop(rt);
    drop(build(&context).unwrap());
    // One that was attached on first use counts, too.
    context
        .with_thread_default(|| {
            drop(spawn(async {}));
            assert_eq!(kind(&context), ErrorKind::AlreadyExists);
            let error = Runtime::new().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::AlreadyExists);
        })
        .unwrap();
}

fn a_turn_on_a_foreign_thread_logs_one_critical_and_polls_nothing(_: Host) {
    capture_log();
    let context = MainContext::new();
    let rt = Runtime::builder().main_context(&context).build().unwrap();
    let polls = Counter::new();
    let ready = rt.spawn({
        let polls = polls.clone();
        async move {
            polls.add();
        }
    });
    drop(rt.spawn(sleep(Duration::ZERO)));
    let handle = rt.handle();
    let iterations = thread::spawn({
        let (context, polls) = (context.clone(), polls.clone());
        move || {
            let iterations = Rc::new(Cell::new(0));
            before_each_poll(&context, {
                let iterations = iterations.clone();
                move || iterations.set(iterations.get() + 1)
            });
            context
                .with_thread_default(|| {
                    let main_loop = MainLoop::new(Some(&context), false);
                    let ticks = Cell::new(0);
                    let quit = main_loop.clone();
                    let source = glib::timeout_source_new(
                        MOMENT,
                        None,
                        glib::Priority::DEFAULT_IDLE,
                        move || {
                            let polls = polls.clone();
                            drop(handle.spawn(async move { polls.add() }));
                            ticks.set(ticks.get() + 1);
                            if ticks.get() == 20 {
                                quit.quit();
                            }
                            glib::ControlFlow::Continue
                        },
                    );
                    source.attach(Some(&context));
                    main_loop.run();
                    source.destroy();
                })
                .unwrap();
            iterations.get()
        }
    })
    .join()
    .unwrap();
    assert_eq!(polls.get(), 0);
    assert_eq!(rt.metrics().polls, 0);
    let log = take_log();
    assert!(matches!(log[..], [(LogLevel::Critical, _)]), "{log:?}");
    // Twenty ticks, each with a wake; a loop that spins makes thousands.
    assert!(iterations <= 200, "{iterations} iterations");
    // At home it all runs.
    rt.block_on(async {
        ready.await.unwrap();
        while polls.get() < 21 {
            yield_now().await;
        }
    });
    assert_eq!(take_log(), []);
}

fn gio_finds_the_context_in_every_coroutine(_: Host) {
    let context = MainContext::new();
    let rt = Runtime::builder().main_context(&context).build().unwrap();
    let found = rt.spawn(async { (MainContext::thread_default(), yield_now().await).0 });
    assert_eq!(rt.block_on(found).unwrap(), Some(context.clone()));
    assert_eq!(MainContext::thread_default(), None);
    drop(rt.spawn(pending::<()>()));
    while context.iteration(false) {}
    assert_eq!(MainContext::thread_default(), None);
}

on_glib![
    each_works_inside_the_other,
    a_plain_main_loop_drives_coroutines_without_any_runtime,
    a_second_runtime_on_a_context_already_exists,
    gio_finds_the_context_in_every_coroutine,
];
on_glib![alone:
    the_default_context_serves_a_thread_that_owns_it,
    a_turn_on_a_foreign_thread_logs_one_critical_and_polls_nothing,
];
