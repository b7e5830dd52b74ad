//! tokio beside GLib's own callbacks and loops, which the option `tokio` of the attributes serves too.

#![forbid(unsafe_code)]
#![cfg(feature = "glib")]

#[path = "compat_tokio/theirs.rs"]
mod theirs;

use std::future::pending;
use std::time::Duration;

use ::glib::thread_guard::ThreadGuard;
use ::glib::{ControlFlow, LogLevel, MainContext, MainLoop, Priority};
use gio::prelude::*;
use glib_coro::__private as expansion;
use glib_coro::compat::tokio::{enter, handle};
use glib_coro::{Runtime, spawn, yield_now};
use glib_coro_tests::glib_view::{capture_log, take_log};
use glib_coro_tests::{Counter, Host, OnDrop, on_glib};

use theirs::{is_entered, theirs};

const MOMENT: Duration = Duration::from_millis(5);

fn plain_handlers_find_tokio_while_the_loop_runs(_: Host) {
    let context = MainContext::new();
    let tokio = handle().enter();
    context
        .with_thread_default(|| {
            let main_loop = MainLoop::new(Some(&context), false);
            // As a button that is clicked: a signal with a closure, emitted by a source.
            let action = gio::SimpleAction::new("fetch", None);
            action.connect_activate({
                let main_loop = main_loop.clone();
                move |_, _| {
                    let work = ::tokio::spawn(::tokio::time::sleep(MOMENT));
                    let main_loop = main_loop.clone();
                    drop(spawn(async move {
                        work.await.unwrap();
                        theirs().await;
                        main_loop.quit();
                    }));
                }
            });
            let action = ThreadGuard::new(action);
            let source = glib::idle_source_new(None, Priority::DEFAULT_IDLE, move || {
                action.get_ref().activate(None);
                ControlFlow::Break
            });
            source.attach(Some(&context));
            main_loop.run();
        })
        .unwrap();
    drop(tokio);
    assert!(!is_entered());
}

fn what_the_option_expands_to_lasts_as_long_as_the_body(_: Host) {
    let seen = Counter::new();
    let output = expansion::test("body")
        .context(expansion::NewContext)
        .tokio(expansion::Tokio)
        .run(async {
            theirs().await;
            spawn(theirs()).await.unwrap();
            let context = MainContext::thread_default().unwrap();
            let (main_loop, seen) = (MainLoop::new(Some(&context), false), seen.clone());
            let source = glib::idle_source_new(None, Priority::DEFAULT, {
                let main_loop = main_loop.clone();
                move || {
                    assert!(is_entered());
                    seen.add();
                    main_loop.quit();
                    ControlFlow::Break
                }
            });
            source.attach(Some(&context));
            main_loop.run();
            // What is left is dropped where tokio is current.
            let needy = OnDrop::new(|| drop(::tokio::spawn(async {})));
            drop(spawn(async move {
                let _needy = needy;
                pending::<()>().await
            }));
            yield_now().await;
            42
        });
    assert_eq!((output, seen.get()), (42, 1));
    assert!(!is_entered());
}

#[::tokio::main(flavor = "current_thread")]
async fn inside_their_main(rt: &Runtime) {
    rt.block_on(enter(theirs()));
    rt.block_on(enter(theirs()));
}

fn a_loop_inside_another_tokio_is_warned_about_once(_: Host) {
    capture_log();
    let build = || {
        let context = MainContext::new();
        Runtime::builder().main_context(&context).build().unwrap()
    };
    let (rt, other) = (build(), build());
    // Not for ours, however it is entered.
    rt.block_on(enter(async { other.block_on(theirs()) }));
    let tokio = handle().enter();
    rt.block_on(theirs());
    drop(tokio);
    assert_eq!(take_log(), []);
    inside_their_main(&rt);
    let log = take_log();
    let [(LogLevel::Warning, message)] = &log[..] else {
        panic!("{log:?}");
    };
    assert!(message.contains("compat::tokio::enter"), "{message}");
}

on_glib![
    plain_handlers_find_tokio_while_the_loop_runs,
    what_the_option_expands_to_lasts_as_long_as_the_body,
];
on_glib![alone: a_loop_inside_another_tokio_is_warned_about_once];
