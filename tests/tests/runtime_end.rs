//! How a runtime ends, and what becomes of its coroutines.

#![forbid(unsafe_code)]
#![cfg(feature = "glib")]

use std::future::pending;
use std::thread;
use std::time::Duration;

use ::glib::MainContext;
use glib_coro::Runtime;
use glib_coro_tests::glib_view::sources;
use glib_coro_tests::{DropNote, Host, catch_panic, on_glib};

fn a_source_destroyed_on_another_thread_ends_the_runtime(_: Host) {
    let context = MainContext::new();
    let rt = Runtime::builder().main_context(&context).build().unwrap();
    let drops = DropNote::new();
    let task = rt.spawn({
        let guard = drops.guard();
        async move {
            let _guard = guard;
            pending::<()>().await;
        }
    });
    let destroyer = thread::spawn(move || {
        thread::sleep(Duration::from_millis(50));
        let sources = sources(&context);
        assert_eq!(sources.len(), 1);
        sources[0].destroy();
        println!("the source is destroyed");
    });
    // "The runtime ended before the future was done".
    catch_panic(|| rt.block_on(pending::<()>()));
    destroyer.join().unwrap();
    assert_eq!(drops.threads(), [thread::current().id()]);
    assert!(task.is_finished());
}

fn a_source_destroyed_on_its_own_thread_ends_the_runtime(_: Host) {
    let context = MainContext::new();
    let rt = Runtime::builder().main_context(&context).build().unwrap();
    let drops = DropNote::new();
    let task = rt.spawn({
        let guard = drops.guard();
        async move {
            let _guard = guard;
            pending::<()>().await;
        }
    });
    sources(&context)[0].destroy();
    assert_eq!(drops.threads(), [thread::current().id()]);
    assert!(task.is_finished());
    assert_eq!(sources(&context).len(), 0);
    // The context is free for another one.
    let again = Runtime::builder().main_context(&context).build().unwrap();
    assert!(again.block_on(task).unwrap_err().is_cancelled());
}

on_glib![
    a_source_destroyed_on_another_thread_ends_the_runtime,
    a_source_destroyed_on_its_own_thread_ends_the_runtime,
];
