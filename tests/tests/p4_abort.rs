//! P4: `abort` drops the future at its await point within one turn, on the owner thread, and the join
//! resolves to "cancelled".

#![forbid(unsafe_code)]

use std::cell::RefCell;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::Poll;
use std::thread;
use std::time::Duration;

use glib_coro::{JoinHandle, Runtime, sleep, spawn, yield_now};
use glib_coro_tests::{Counter, DropNote, Host, on_every_host, tick};

fn assert_cancelled<T: std::fmt::Debug>(rt: &Runtime, task: JoinHandle<T>) {
    let id = task.id();
    let error = rt.block_on(task).unwrap_err();
    assert!(error.is_cancelled() && !error.is_panic(), "{error:?}");
    assert_eq!(error.id(), id);
    assert!(error.to_string().ends_with("was cancelled"), "{error}");
    let error = error.try_into_panic().unwrap_err();
    assert!(error.is_cancelled());
}

fn abort_before_the_first_poll(host: Host) {
    let rt = host.runtime();
    let (drops, polls) = (DropNote::new(), Counter::new());
    let task = rt.spawn({
        let (guard, polls) = (drops.guard(), polls.clone());
        async move {
            let _guard = guard;
            polls.add();
        }
    });
    task.abort();
    assert!(!task.is_finished());
    assert_eq!(drops.count(), 0, "dropped in a turn, not inside the call");
    assert_cancelled(&rt, task);
    assert_eq!(drops.threads(), [thread::current().id()]);
    assert_eq!(polls.get(), 0);
}

fn abort_while_suspended(host: Host) {
    let rt = host.runtime();
    let drops = DropNote::new();
    let task = rt.spawn(drops.pending());
    rt.block_on(yield_now());
    assert_eq!(drops.count(), 0);
    task.abort();
    assert_cancelled(&rt, task);
    assert_eq!(drops.count(), 1);
}

fn abort_while_asleep_removes_the_timer(host: Host) {
    let rt = host.runtime();
    let task = rt.spawn(sleep(Duration::from_secs(3600)));
    rt.block_on(yield_now());
    task.abort();
    assert_cancelled(&rt, task);
}

fn abort_within_one_turn(host: Host) {
    let rt = host
        .builder()
        .budget(Duration::from_secs(3600))
        .build()
        .unwrap();
    let drops = DropNote::new();
    rt.block_on(async {
        let tasks: Vec<_> = (0..1_000).map(|_| spawn(drops.pending())).collect();
        yield_now().await;
        let turns = rt.metrics().turns;
        for task in &tasks {
            task.abort();
        }
        assert_eq!(drops.count(), 0);
        yield_now().await;
        assert_eq!(drops.count(), 1_000);
        assert!(tasks.iter().all(JoinHandle::is_finished));
        assert!(rt.metrics().turns - turns <= 1);
    });
}

fn abort_within_one_turn_of_a_loop_that_sleeps(host: Host) {
    let rt = host.runtime();
    let drops = DropNote::new();
    let task = rt.spawn(drops.pending());
    rt.block_on(async {
        yield_now().await;
        let abort = task.abort_handle();
        // The loop is asleep by the time; or else this is still an abort from another thread.
        let other = thread::spawn(move || {
            thread::sleep(Duration::from_millis(20));
            abort.abort();
        });
        assert!(task.await.unwrap_err().is_cancelled());
        other.join().unwrap();
    });
    assert_eq!(drops.threads(), [thread::current().id()]);
}

fn abort_during_its_own_poll_takes_effect_at_the_next_await(host: Host) {
    let rt = host.runtime();
    let own = Rc::new(RefCell::new(None::<JoinHandle<()>>));
    let (drops, after) = (DropNote::new(), Counter::new());
    let task = rt.spawn({
        let (own, guard, after) = (own.clone(), drops.guard(), after.clone());
        async move {
            let _guard = guard;
            own.borrow().as_ref().unwrap().abort();
            after.add();
            yield_now().await;
            after.add();
        }
    });
    *own.borrow_mut() = Some(task);
    rt.block_on(async {
        yield_now().await;
        yield_now().await;
    });
    assert_eq!(drops.count(), 1);
    assert_eq!(after.get(), 1);
    let task = own.take().unwrap();
    assert_cancelled(&rt, task);
}

fn abort_during_the_poll_that_completes_it_leaves_the_output(host: Host) {
    let rt = host.runtime();
    let own = Rc::new(RefCell::new(None::<glib_coro::task::AbortHandle>));
    let task = rt.spawn({
        let own = own.clone();
        async move {
            own.borrow().as_ref().unwrap().abort();
            "done"
        }
    });
    *own.borrow_mut() = Some(task.abort_handle());
    assert_eq!(rt.block_on(task).unwrap(), "done");
}

fn abort_from_another_thread(host: Host) {
    let rt = host.runtime();
    let drops = DropNote::new();
    let tasks: Vec<_> = (0..100).map(|_| rt.spawn(drops.pending())).collect();
    let aborts: Vec<_> = tasks.iter().map(JoinHandle::abort_handle).collect();
    let other = thread::spawn(move || aborts.iter().for_each(|abort| abort.abort()));
    for task in tasks {
        assert_cancelled(&rt, task);
    }
    other.join().unwrap();
    assert_eq!(drops.threads(), vec![thread::current().id(); 100]);
}

/// Handles that were made before the owner thread knew of the coroutine, used by either thread before and after.
fn abort_of_what_another_thread_spawned(host: Host) {
    let rt = host.runtime();
    for (elsewhere, seen) in [(false, false), (false, true), (true, false), (true, true)] {
        let drops = DropNote::new();
        let (future, handle) = (drops.pending(), rt.handle());
        let spawned = thread::spawn(move || {
            let task = handle.spawn(future);
            let abort = task.abort_handle();
            (task, abort)
        });
        let (task, abort) = spawned.join().unwrap();
        if seen {
            rt.block_on(yield_now());
            rt.block_on(yield_now());
        }
        if elsewhere {
            thread::spawn(move || abort.abort()).join().unwrap();
        } else {
            abort.abort();
        }
        assert_cancelled(&rt, task);
        assert_eq!(drops.threads(), [thread::current().id()]);
    }
}

fn abort_after_completion_leaves_the_output(host: Host) {
    let rt = host.runtime();
    let task = rt.spawn(async { 42 });
    rt.block_on(yield_now());
    assert!(task.is_finished());
    task.abort();
    task.abort_handle().abort();
    assert_eq!(rt.block_on(task).unwrap(), 42);
}

fn an_abort_handle_of_an_ended_coroutine_aborts_nobody_else(host: Host) {
    let rt = host.runtime();
    let ended = rt.spawn(async {});
    let abort = ended.abort_handle();
    rt.block_on(ended).unwrap();
    // These may well take the place of the one that ended.
    let tasks: Vec<_> = (0..10)
        .map(|_| rt.spawn(sleep(Duration::from_millis(1))))
        .collect();
    abort.abort();
    for task in tasks {
        rt.block_on(task).unwrap();
    }
}

fn abort_twice_is_abort_once(host: Host) {
    let rt = host.runtime();
    let drops = DropNote::new();
    let task = rt.spawn(drops.pending());
    rt.block_on(yield_now());
    task.abort();
    task.abort();
    task.abort_handle().abort();
    assert_cancelled(&rt, task);
    assert_eq!(drops.count(), 1);
    // The runtime is as good as before.
    assert_eq!(rt.block_on(rt.spawn(async { 1 })).unwrap(), 1);
}

fn abort_on_drop_aborts_when_dropped_and_only_then(host: Host) {
    let rt = host.runtime();
    let drops = DropNote::new();
    let task = rt.spawn(drops.pending()).abort_on_drop();
    let kept = rt.spawn(drops.pending()).abort_on_drop();
    rt.block_on(yield_now());
    drop(task);
    rt.block_on(async {
        yield_now().await;
        yield_now().await;
    });
    assert_eq!(drops.count(), 1);
    assert!(!kept.is_finished());
    assert_eq!(
        rt.block_on(rt.spawn(async { 5 }).abort_on_drop()).unwrap(),
        5
    );
}

fn dropping_the_join_handle_detaches(host: Host) {
    let rt = host.runtime();
    let done = Counter::new();
    drop(rt.spawn({
        let done = done.clone();
        async move {
            sleep(Duration::from_millis(1)).await;
            done.add();
        }
    }));
    rt.block_on(async {
        while done.get() == 0 {
            yield_now().await;
        }
    });
}

fn a_coroutine_that_ignores_wakes_is_aborted_too(host: Host) {
    let rt = host.runtime();
    let polls = Counter::new();
    let task = rt.spawn({
        let polls = polls.clone();
        poll_fn(move |_| {
            polls.add();
            Poll::<()>::Pending
        })
    });
    rt.block_on(yield_now());
    task.abort();
    assert_cancelled(&rt, task);
    assert_eq!(polls.get(), 1, "an abort is no poll");
}

fn an_aborted_coroutine_does_not_run_though_it_was_woken(host: Host) {
    let rt = host.runtime();
    let polls = Counter::new();
    let task = rt.spawn(tick(polls.clone()));
    rt.block_on(async {
        yield_now().await;
        let before = polls.get();
        task.abort();
        let _ = task.await;
        assert_eq!(polls.get(), before);
    });
}

fn the_root_of_block_on_is_not_aborted_by_anybody(host: Host) {
    let rt = host.runtime();
    let ids = rt.block_on(async {
        let root = glib_coro::task::id();
        let child = spawn(async { glib_coro::task::id() });
        let abort = child.abort_handle();
        abort.abort();
        assert!(child.await.is_err());
        (root, glib_coro::task::id())
    });
    assert_eq!(ids.0, ids.1);
}

on_every_host![
    abort_before_the_first_poll,
    abort_while_suspended,
    abort_while_asleep_removes_the_timer,
    abort_within_one_turn,
    abort_within_one_turn_of_a_loop_that_sleeps,
    abort_during_its_own_poll_takes_effect_at_the_next_await,
    abort_during_the_poll_that_completes_it_leaves_the_output,
    abort_from_another_thread,
    abort_of_what_another_thread_spawned,
    abort_after_completion_leaves_the_output,
    an_abort_handle_of_an_ended_coroutine_aborts_nobody_else,
    abort_twice_is_abort_once,
    abort_on_drop_aborts_when_dropped_and_only_then,
    dropping_the_join_handle_detaches,
    a_coroutine_that_ignores_wakes_is_aborted_too,
    an_aborted_coroutine_does_not_run_though_it_was_woken,
    the_root_of_block_on_is_not_aborted_by_anybody,
];
