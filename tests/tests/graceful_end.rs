//! Ends with manners: `shutdown`, its token, `end_on_unhandled`, `Worker`.

#![forbid(unsafe_code)]

use std::future::pending;
use std::io::ErrorKind;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use glib_coro::runtime::Worker;
use glib_coro::task::spawn_reporting;
use glib_coro::{sleep, spawn, yield_now};
use glib_coro_tests::{DropNote, Host, OnDrop, on_every_host};

fn coroutines_clean_up_with_awaits(host: Host) {
    let rt = host.runtime();
    let token = rt.shutdown_token();
    let cleaners: Vec<_> = (1..=3)
        .map(|n| {
            let token = token.child_token();
            rt.spawn(async move {
                token.cancelled().await;
                sleep(Duration::from_millis(n)).await;
                spawn(async { "spawned during clean-up" }).await.unwrap()
            })
        })
        .collect();
    // An hour of grace is not waited for.
    rt.shutdown(Duration::from_secs(3600));
    assert!(token.is_cancelled());
    for cleaner in cleaners {
        let joined = glib_coro_tests::block_on_elsewhere(cleaner);
        assert_eq!(joined.unwrap(), "spawned during clean-up");
    }
}

fn the_rest_is_dropped_when_the_time_of_grace_is_over(host: Host) {
    let rt = host.runtime();
    let drops = DropNote::new();
    let guard = drops.guard();
    let stubborn = rt.spawn(async move {
        let _guard = guard;
        pending::<()>().await;
    });
    let start = Instant::now();
    rt.shutdown(Duration::from_millis(20));
    assert!(start.elapsed() >= Duration::from_millis(20));
    assert_eq!(drops.threads(), [thread::current().id()]);
    assert!(stubborn.is_finished());
}

fn dropping_the_runtime_cancels_its_token(host: Host) {
    let rt = host.runtime();
    let token = rt.shutdown_token();
    drop(rt);
    assert!(token.is_cancelled());
}

fn what_nobody_looks_at_ends_the_program(host: Host) {
    let told = Arc::new(Mutex::new(Vec::new()));
    let hook = told.clone();
    let rt = host
        .builder()
        .end_on_unhandled(true)
        .on_unhandled(move |unhandled| hook.lock().unwrap().push(unhandled.to_string()))
        .build()
        .unwrap();
    let payload = catch_unwind(AssertUnwindSafe(|| {
        rt.block_on(async {
            drop(spawn(async { panic!("detached") }));
            pending::<()>().await;
        });
    }))
    .unwrap_err();
    assert_eq!(payload.downcast_ref(), Some(&"detached"));
    assert_eq!(told.lock().unwrap().len(), 1, "the hook comes first");
}

fn an_error_ends_the_program_with_its_message(host: Host) {
    let rt = host.builder().end_on_unhandled(true).build().unwrap();
    let payload = catch_unwind(AssertUnwindSafe(|| {
        rt.block_on(async {
            drop(spawn_reporting(async { Err::<(), _>("no paper") }));
            pending::<()>().await;
        });
    }))
    .unwrap_err();
    let message = payload.downcast_ref::<String>().unwrap();
    assert!(message.ends_with("failed: no paper"), "{message}");
}

fn what_nobody_looks_at_ends_all_nested_loops(host: Host) {
    let rt = host
        .builder()
        .end_on_unhandled(true)
        .on_unhandled(|_| {})
        .build()
        .unwrap();
    let end = |keep_handle: bool| {
        let payload = catch_unwind(AssertUnwindSafe(|| {
            rt.block_on(async {
                let nests = spawn(async {
                    glib_coro::block_on(async {
                        drop(spawn(async { panic!("detached") }));
                        pending::<()>().await;
                    });
                });
                let _kept = keep_handle.then_some(nests);
                pending::<()>().await;
            });
        }))
        .unwrap_err();
        assert_eq!(payload.downcast_ref(), Some(&"detached"));
    };
    end(false);
    end(true);
    assert_eq!(
        rt.block_on(async { 1 }),
        1,
        "a program that catches it may go on"
    );
}

fn an_abort_does_not_end_the_program(host: Host) {
    let rt = host.builder().end_on_unhandled(true).build().unwrap();
    rt.block_on(async {
        spawn(pending::<()>()).abort();
        yield_now().await;
        yield_now().await;
    });
}

fn a_worker_runs_what_it_is_given_on_its_thread(host: Host) {
    host.runtime().block_on(async {
        let worker = Worker::new("worker under test");
        let here = thread::current().id();
        let (name, there) = worker
            .handle()
            .spawn_with(|| async {
                sleep(Duration::from_millis(1)).await;
                let thread = thread::current();
                (thread.name().map(str::to_owned), thread.id())
            })
            .await
            .unwrap();
        assert_eq!(name.as_deref(), Some("worker under test"));
        assert_ne!(there, here);
    });
}

fn a_worker_with_a_name_that_no_thread_can_have_is_refused(_: Host) {
    let error = Worker::try_new("a\0b").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert!(error.to_string().contains("null byte"), "{error}");
}

fn dropping_a_worker_drops_its_coroutines_there(host: Host) {
    host.runtime().block_on(async {
        let worker = Worker::new("short-lived");
        let drops = DropNote::new();
        let guard = drops.guard();
        let (started, starts) = std::sync::mpsc::channel();
        let task = worker.handle().spawn(async move {
            let _guard = guard;
            started.send(thread::current().id()).unwrap();
            pending::<()>().await;
        });
        let there = starts.recv().unwrap();
        drop(worker);
        assert_eq!(drops.threads(), [there]);
        assert!(task.await.unwrap_err().is_cancelled());
    });
}

fn a_worker_dropped_by_its_own_coroutine_does_not_wait_for_itself(_: Host) {
    let worker = Worker::new("snake");
    let handle = worker.handle();
    let (ended, ends) = std::sync::mpsc::channel();
    let task = handle.spawn(async move {
        let _note = OnDrop::new(move || ended.send(()).unwrap());
        drop(worker);
        yield_now().await;
        pending::<()>().await;
    });
    ends.recv().unwrap();
    assert!(
        glib_coro_tests::block_on_elsewhere(task)
            .unwrap_err()
            .is_cancelled()
    );
}

on_every_host![
    coroutines_clean_up_with_awaits,
    the_rest_is_dropped_when_the_time_of_grace_is_over,
    dropping_the_runtime_cancels_its_token,
    what_nobody_looks_at_ends_the_program,
    an_error_ends_the_program_with_its_message,
    an_abort_does_not_end_the_program,
    a_worker_runs_what_it_is_given_on_its_thread,
    a_worker_with_a_name_that_no_thread_can_have_is_refused,
    dropping_a_worker_drops_its_coroutines_there,
    a_worker_dropped_by_its_own_coroutine_does_not_wait_for_itself;
    ours: what_nobody_looks_at_ends_all_nested_loops,
];
