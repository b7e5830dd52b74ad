//! P4: what an abort, and an output that nobody takes, drop: where, when, and once.

#![forbid(unsafe_code)]

use std::future::pending;
use std::panic::catch_unwind;
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::thread;

use glib_coro::task::{Builder, Priority};
use glib_coro::{JoinHandle, Runtime, spawn, yield_now};
use glib_coro_tests::{Counter, DropNote, Host, OnDrop, on_every_host};

fn a_destructor_that_panics_during_an_abort_reaches_the_joiner(host: Host) {
    let rt = host.runtime();
    for polls_first in [false, true] {
        let drops = DropNote::new();
        let task = rt.spawn({
            let (guard, bomb) = (drops.guard(), OnDrop::new(|| panic!("in the destructor")));
            async move {
                let _guard = guard;
                let _bomb = bomb;
                pending::<()>().await;
            }
        });
        if polls_first {
            rt.block_on(yield_now());
        }
        task.abort();
        let error = rt.block_on(task).unwrap_err();
        assert!(error.is_panic(), "{error}");
        assert_eq!(
            *error.into_panic().downcast::<&str>().unwrap(),
            "in the destructor"
        );
        assert_eq!(
            drops.count(),
            1,
            "what the other destructors drop is dropped"
        );
        assert_eq!(rt.metrics().alive, 0);
    }
}

fn a_destructor_that_panics_during_an_abort_reaches_the_hook_when_detached(host: Host) {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let rt = host
        .builder()
        .on_unhandled({
            let seen = seen.clone();
            move |unhandled| seen.lock().unwrap().push(unhandled.message().to_owned())
        })
        .build()
        .unwrap();
    let task = rt.spawn(async {
        let _bomb = OnDrop::new(|| panic!("in the destructor"));
        pending::<()>().await;
    });
    let abort = task.abort_handle();
    drop(task);
    rt.block_on(yield_now());
    abort.abort();
    rt.block_on(async {
        yield_now().await;
        yield_now().await;
    });
    assert_eq!(*seen.lock().unwrap(), ["in the destructor"]);
}

fn a_destructor_may_abort_and_spawn_others(host: Host) {
    let rt = host.runtime();
    let ran = Counter::new();
    rt.block_on(async {
        let victim = spawn(pending::<()>());
        let abort = victim.abort_handle();
        let task = spawn({
            let ran = ran.clone();
            async move {
                let _chain = OnDrop::new(move || {
                    abort.abort();
                    spawn(async move { ran.add() });
                });
                pending::<()>().await;
            }
        });
        yield_now().await;
        task.abort();
        assert!(task.await.unwrap_err().is_cancelled());
        assert!(victim.await.unwrap_err().is_cancelled());
        while ran.get() == 0 {
            yield_now().await;
        }
    });
}

/// Aborts a coroutine and joins it at once; returns how many drops have been noted by then.
fn drops_before_the_join(rt: &Runtime, task: JoinHandle<()>, drops: &DropNote) -> usize {
    let joiner = {
        let (_entered, drops) = (rt.enter(), drops.clone());
        let abort = task.abort_handle();
        Builder::new().priority(Priority::High).spawn(async move {
            abort.abort();
            let error = task.await.unwrap_err();
            assert!(error.is_cancelled());
            drops.count()
        })
    };
    rt.block_on(joiner).unwrap()
}

fn the_future_is_gone_before_the_join_resolves(host: Host) {
    let rt = host.runtime();
    let drops = DropNote::new();
    let task = rt.spawn(drops.pending());
    rt.block_on(yield_now());
    assert_eq!(drops_before_the_join(&rt, task, &drops), 1);
}

fn what_spawn_with_built_is_gone_before_the_join_resolves(host: Host) {
    let rt = host.runtime();
    let drops = DropNote::new();
    let task = rt.handle().spawn_with({
        let future = drops.pending();
        move || async move {
            let _stays = Rc::new(());
            future.await;
        }
    });
    rt.block_on(async {
        for _ in 0..5 {
            yield_now().await;
        }
    });
    assert_eq!(drops_before_the_join(&rt, task, &drops), 1);
}

fn a_destructor_of_what_spawn_with_built_reaches_the_joiner(host: Host) {
    let rt = host.runtime();
    let task = rt.handle().spawn_with(|| async {
        let _stays = Rc::new(());
        let _bomb = OnDrop::new(|| panic!("in the destructor"));
        pending::<()>().await;
    });
    rt.block_on(async {
        for _ in 0..5 {
            yield_now().await;
        }
    });
    task.abort();
    let error = rt.block_on(task).unwrap_err();
    assert!(error.is_panic(), "{error}");
}

/// A value that counts its drops.
struct Output(DropNote);

impl Drop for Output {
    fn drop(&mut self) {
        drop(self.0.guard());
    }
}

fn an_output_that_nobody_takes_is_dropped_once(host: Host) {
    let rt = host.runtime();

    // The handle goes before the coroutine ends, ..
    let drops = DropNote::new();
    drop(rt.spawn({
        let drops = drops.clone();
        async move { Output(drops) }
    }));
    rt.block_on(yield_now());
    assert_eq!(drops.count(), 1);

    // .. or after, ..
    let drops = DropNote::new();
    let task = rt.spawn({
        let drops = drops.clone();
        async move { Output(drops) }
    });
    rt.block_on(yield_now());
    assert!(task.is_finished());
    assert_eq!(drops.count(), 0);
    drop(task);
    assert_eq!(drops.count(), 1);

    // .. or after the runtime, ..
    let drops = DropNote::new();
    let other = host.runtime();
    let task = other.spawn({
        let drops = drops.clone();
        async move { Output(drops) }
    });
    other.block_on(yield_now());
    drop(other);
    assert_eq!(drops.count(), 0, "it can still be had");
    drop(task);
    assert_eq!(drops.count(), 1);

    // .. or on another thread, ..
    let drops = DropNote::new();
    let task = rt.spawn({
        let drops = drops.clone();
        async move { Output(drops) }
    });
    rt.block_on(yield_now());
    thread::spawn(move || drop(task)).join().unwrap();
    assert_eq!(drops.count(), 1);

    // .. or is aborted when it is there already.
    let drops = DropNote::new();
    let task = rt.spawn({
        let drops = drops.clone();
        async move { Output(drops) }
    });
    rt.block_on(yield_now());
    drop(task.abort_on_drop());
    rt.block_on(yield_now());
    assert_eq!(drops.count(), 1);
}

fn an_output_that_outlives_its_runtime_can_be_had(host: Host) {
    let rt = host.runtime();
    let task = rt.spawn(async { 42 });
    rt.block_on(yield_now());
    drop(rt);
    let other = host.runtime();
    assert_eq!(other.block_on(task).unwrap(), 42);
}

fn an_output_whose_destructor_panics_does_no_harm(host: Host) {
    let rt = host.runtime();
    drop(rt.spawn(async { OnDrop::new(|| panic!("an output's destructor")) }));
    rt.block_on(yield_now());
    let task = rt.spawn(async { OnDrop::new(|| panic!("an output's destructor")) });
    rt.block_on(yield_now());
    // Whoever drops it may see the panic; the process and the runtime live on.
    let _ = catch_unwind(std::panic::AssertUnwindSafe(|| drop(task)));
    assert_eq!(rt.block_on(rt.spawn(async { 1 })).unwrap(), 1);
}

on_every_host![
    a_destructor_may_abort_and_spawn_others,
    the_future_is_gone_before_the_join_resolves,
    what_spawn_with_built_is_gone_before_the_join_resolves,
    an_output_that_nobody_takes_is_dropped_once,
    an_output_that_outlives_its_runtime_can_be_had,
];
on_every_host![alone:
    a_destructor_that_panics_during_an_abort_reaches_the_joiner,
    a_destructor_that_panics_during_an_abort_reaches_the_hook_when_detached,
    a_destructor_of_what_spawn_with_built_reaches_the_joiner,
    an_output_whose_destructor_panics_does_no_harm,
];
