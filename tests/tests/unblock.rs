//! Functions that block, on threads of their own: the loop goes on, nothing is lost, nothing stays behind.

#![forbid(unsafe_code)]

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::channel;
use std::sync::{Arc, Barrier, Mutex};
use std::thread;
use std::time::Duration;

use futures_util::future::join_all;
use glib_coro::{sleep, spawn, timeout, unblock, yield_now};
use glib_coro_tests::{Counter, DropNote, Host, block_on_elsewhere, on_every_host, tick};

fn the_loop_goes_on_while_a_function_blocks(host: Host) {
    host.runtime().block_on(async {
        let (sender, receiver) = channel();
        let answer = unblock(move || receiver.recv().unwrap());
        for _ in 0..3 {
            yield_now().await;
            sleep(Duration::from_micros(100)).await;
        }
        // Had it blocked the loop, this line would not be reached.
        sender.send(thread::current().id()).unwrap();
        assert_eq!(answer.await, thread::current().id());
    });
}

fn functions_that_have_returned_before_they_are_awaited_starve_nobody(host: Host) {
    host.runtime().block_on(async {
        let polls = Counter::new();
        spawn(tick(polls.clone()));
        for _ in 0..300 {
            let job = unblock(|| ());
            // What it has to do meanwhile takes longer than the function.
            while !format!("{job:?}").contains("is_done: true") {
                thread::yield_now();
            }
            job.await;
        }
        assert!(polls.get() >= 2);
    });
}

fn functions_run_at_the_same_time(host: Host) {
    host.runtime().block_on(async {
        let barrier = Arc::new(Barrier::new(100));
        let jobs = (0..100).map(|n| {
            let barrier = barrier.clone();
            unblock(move || {
                barrier.wait();
                n
            })
        });
        assert_eq!(join_all(jobs).await, Vec::from_iter(0..100));
    });
}

fn more_functions_than_threads_all_run(host: Host) {
    host.runtime().block_on(async {
        let done = Counter::new();
        let jobs = (0..3000).map(|_| {
            let done = done.clone();
            unblock(move || done.add())
        });
        let mut numbers = join_all(jobs).await;
        numbers.sort_unstable();
        assert_eq!(numbers, Vec::from_iter(0..3000));
    });
}

fn a_panic_resumes_in_the_caller(host: Host) {
    host.runtime().block_on(async {
        let job = spawn(async { unblock(|| panic!("no such file")).await });
        let error = job.await.unwrap_err();
        assert_eq!(
            error.into_panic().downcast_ref::<&str>(),
            Some(&"no such file")
        );
        // The thread is as good as before.
        assert_eq!(unblock(|| 6 * 7).await, 42);
    });
}

fn a_dropped_future_detaches_the_function(host: Host) {
    host.runtime().block_on(async {
        let (go, may_go) = channel();
        let (sender, done) = channel();
        let drops = DropNote::new();
        let guard = drops.guard();
        let job = unblock(move || {
            may_go.recv().unwrap();
            sender.send(thread::current().id()).unwrap();
            guard
        });
        assert!(timeout(Duration::from_millis(1), job).await.is_err());
        go.send(()).unwrap();
        let worker = unblock(move || done.recv().unwrap()).await;
        while drops.count() == 0 {
            yield_now().await;
        }
        assert_eq!(drops.threads(), [worker], "what it returned, on its thread");
        // A future that was never polled has started its function, too.
        let (sender, done) = channel();
        drop(unblock(move || sender.send(()).unwrap()));
        unblock(move || done.recv().unwrap()).await;
    });
}

fn a_panic_that_nobody_awaits_reaches_the_hook(host: Host) {
    let reports = Arc::new(Mutex::new(Vec::new()));
    let rt = host
        .builder()
        .on_unhandled({
            let reports = reports.clone();
            move |unhandled| reports.lock().unwrap().push(unhandled.to_string())
        })
        .build()
        .unwrap();
    let line = line!() + 2;
    rt.block_on(async {
        drop(unblock(|| panic!("the disk is full")));
        while reports.lock().unwrap().is_empty() {
            yield_now().await;
        }
    });
    assert_eq!(
        *reports.lock().unwrap(),
        [format!(
            "coroutine `unblock` (spawned at {}:{line}:14) panicked: the disk is full",
            file!()
        )]
    );
}

fn it_needs_neither_a_turn_nor_a_runtime(host: Host) {
    // Awaited by another executor, in and out of a turn.
    assert_eq!(block_on_elsewhere(unblock(|| 42)), 42);
    let rt = host.runtime();
    let mut job = None;
    rt.block_on(async { job = Some(unblock(|| 43)) });
    assert_eq!(block_on_elsewhere(job.unwrap()), 43);
    let job = unblock(|| 44);
    assert_eq!(rt.block_on(job), 44);
    let panicked = AssertUnwindSafe(unblock(|| panic!("elsewhere")));
    let payload = catch_unwind(|| block_on_elsewhere(panicked)).err().unwrap();
    assert_eq!(payload.downcast_ref::<&str>(), Some(&"elsewhere"));
}

fn the_runtime_may_end_first(host: Host) {
    let (go, may_go) = channel();
    let rt = host.runtime();
    let mut job = None;
    rt.block_on(async {
        job = Some(unblock(move || {
            may_go.recv().unwrap();
            42
        }));
    });
    drop(rt);
    go.send(()).unwrap();
    assert_eq!(block_on_elsewhere(job.unwrap()), 42);
}

/// The threads of the pool.
fn threads() -> usize {
    let tasks = fs::read_dir("/proc/self/task").unwrap();
    let names = tasks.filter_map(|task| fs::read_to_string(task.unwrap().path().join("comm")).ok());
    names
        .filter(|name| name.trim() == "glib-coro-block")
        .count()
}

fn threads_are_used_again_and_end_when_there_is_no_work(host: Host) {
    host.runtime().block_on(async {
        let barrier = Arc::new(Barrier::new(10));
        join_all((0..10).map(|_| {
            let barrier = barrier.clone();
            unblock(move || barrier.wait().is_leader())
        }))
        .await;
        assert_eq!(threads(), 10);
        for _ in 0..20 {
            // One after the other: what the first ten threads can do as well.
            unblock(|| thread::sleep(Duration::from_millis(1))).await;
        }
        assert!(threads() <= 11, "{} threads", threads());
    });
    // Without a loop that runs. Whoever waits longest is the harness.
    while threads() > 0 {
        thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(host.runtime().block_on(unblock(|| 42)), 42);
}

on_every_host![
    the_loop_goes_on_while_a_function_blocks,
    functions_that_have_returned_before_they_are_awaited_starve_nobody,
    functions_run_at_the_same_time,
    more_functions_than_threads_all_run,
    a_panic_resumes_in_the_caller,
    a_dropped_future_detaches_the_function,
    a_panic_that_nobody_awaits_reaches_the_hook,
    it_needs_neither_a_turn_nor_a_runtime,
    the_runtime_may_end_first,
];
on_every_host![alone: threads_are_used_again_and_end_when_there_is_no_work];

#[cfg(feature = "test-util")]
mod on_a_virtual_clock {
    use super::*;

    fn a_function_holds_the_clock(host: Host) {
        let rt = host.builder().start_paused(true).build().unwrap();
        rt.block_on(async {
            let start = glib_coro::time::now();
            let hour = Duration::from_secs(3600);
            let (go, may_go) = channel();
            let sleeper = spawn(sleep(hour));
            // Longer than it takes to fall asleep, so that a clock that did not wait would jump.
            let job = unblock(move || {
                thread::sleep(Duration::from_millis(50));
                may_go.recv().unwrap()
            });
            go.send(42).unwrap();
            assert_eq!(timeout(hour / 2, job).await.unwrap(), 42);
            assert_eq!(glib_coro::time::now(), start, "nobody slept");
            // Also one that nobody waits for any more; then the clock goes on.
            drop(unblock(|| thread::sleep(Duration::from_millis(50))));
            sleeper.await.unwrap();
            assert_eq!(glib_coro::time::now() - start, hour);
        });
    }

    on_every_host![a_function_holds_the_clock];
}
