//! `Runtime::metrics` counts truly.

#![forbid(unsafe_code)]

use std::future::pending;
use std::thread;
use std::time::Duration;

use futures_channel::oneshot;
use glib_coro::runtime::Metrics;
use glib_coro::task::{Builder, Priority};
use glib_coro::{block_on, idle, sleep, spawn, yield_now};
use glib_coro_tests::{Host, on_every_host};

fn coroutines_are_counted_from_spawn_to_end(host: Host) {
    let rt = host.runtime();
    let figures = || {
        let metrics = rt.metrics();
        (metrics.alive, metrics.peak_alive, metrics.spawned)
    };
    assert_eq!(figures(), (0, 0, 0));
    let mut tasks: Vec<_> = (0..10).map(|_| rt.spawn(pending::<()>())).collect();
    assert_eq!(figures(), (10, 10, 10));
    // The root of `block_on` is one, too.
    rt.block_on(async { assert_eq!(figures(), (11, 11, 11)) });
    assert_eq!(figures(), (10, 11, 11));
    // An end of each kind: aborted, done, panicked, detached and done.
    for task in tasks.drain(..5) {
        task.abort();
    }
    let ends = [
        rt.spawn(async {}),
        rt.spawn(async { panic!("an end, too") }),
    ];
    drop(rt.spawn(async {}));
    assert_eq!(figures(), (13, 13, 14));
    rt.block_on(async {
        yield_now().await;
        assert_eq!(figures(), (6, 14, 15));
    });
    assert!(ends.iter().all(|end| end.is_finished()));
    for end in ends {
        let _ = block_on(end);
    }
    assert_eq!(figures(), (5, 14, 15));
    // Detached ones live on.
    drop(tasks);
    assert_eq!(figures(), (5, 14, 15));
}

fn polls_are_counted_one_by_one(host: Host) {
    let rt = host.runtime();
    let task = rt.spawn(async {
        for _ in 0..9 {
            yield_now().await;
        }
    });
    assert_eq!(rt.metrics().polls, 0);
    rt.block_on(async {
        task.await.unwrap();
        // Ten of the other one, and two here; the abort of a coroutine that never ran is no poll.
        assert!(
            (11..=12).contains(&rt.metrics().polls),
            "{:?}",
            rt.metrics()
        );
    });
    assert_eq!(rt.metrics().polls, 12);
}

fn what_is_ready_is_counted_in_every_priority(host: Host) {
    let rt = host.runtime();
    let spawn_one = |priority| {
        let _entered = rt.enter();
        Builder::new().priority(priority).spawn(yield_now())
    };
    let tasks = [Priority::High, Priority::Default, Priority::Idle].map(spawn_one);
    drop(rt.spawn(pending::<()>()));
    assert_eq!(rt.metrics().ready, 4);
    rt.block_on(async {
        for task in tasks {
            task.await.unwrap();
        }
        assert_eq!(rt.metrics().sources, host.sources(3));
        assert_eq!(rt.metrics().ready, 0);
        drop(spawn(async {}));
        assert_eq!(rt.metrics().ready, 1);
        // Those that wait are not ready.
        yield_now().await;
        drop(spawn(sleep(Duration::from_secs(3600))));
        yield_now().await;
        assert_eq!(rt.metrics().ready, 0);
    });
}

fn turns_are_counted_and_few(host: Host) {
    let rt = host
        .builder()
        .budget(Duration::from_secs(3600))
        .build()
        .unwrap();
    assert_eq!(rt.metrics().turns, 0);
    rt.block_on(yield_now());
    let turns = rt.metrics().turns;
    assert!(turns >= 1);
    // A thousand polls in one turn.
    rt.block_on(async {
        for _ in 0..1_000 {
            yield_now().await;
        }
    });
    assert!(
        (1..=3).contains(&(rt.metrics().turns - turns)),
        "{:?}",
        rt.metrics()
    );
    // Idleness is found between two turns, so each takes one more at least.
    let turns = rt.metrics().turns;
    rt.block_on(async {
        for _ in 0..10 {
            idle().await;
        }
    });
    let turns = rt.metrics().turns - turns;
    assert!((10..=40).contains(&turns), "{turns}");
    // A sleep takes few; none, if the thread is kept from running for so long.
    let turns = rt.metrics().turns;
    rt.block_on(async {
        for _ in 0..10 {
            sleep(Duration::from_millis(10)).await;
        }
    });
    let turns = rt.metrics().turns - turns;
    assert!((1..=40).contains(&turns), "{turns}");
}

fn what_another_thread_spawned_is_counted_at_once(host: Host) {
    for insight in [false, true] {
        let rt = host.builder().insight(insight).build().unwrap();
        let figures = || {
            let metrics = rt.metrics();
            let Metrics {
                alive,
                peak_alive,
                spawned,
                ready,
                ..
            } = metrics;
            (alive, peak_alive, spawned, ready)
        };
        let spawn_elsewhere = |number: usize| {
            let handle = rt.handle().clone();
            let spawn = move || {
                for _ in 0..number {
                    drop(handle.spawn(pending::<()>()));
                }
            };
            thread::spawn(spawn).join().unwrap();
        };
        // Before the loop runs, and while a coroutine does.
        spawn_elsewhere(3);
        assert_eq!(figures(), (3, 3, 3, 3));
        rt.block_on(async {
            yield_now().await;
            assert_eq!(figures(), (4, 4, 4, 0));
            let woken = {
                let (sender, receiver) = oneshot::channel::<()>();
                let waiter = spawn(receiver);
                yield_now().await;
                thread::spawn(|| sender.send(()).unwrap()).join().unwrap();
                waiter
            };
            assert_eq!(figures(), (5, 5, 5, 1), "what another thread woke is ready");
            spawn_elsewhere(2);
            assert_eq!(figures(), (7, 7, 7, 3));
            woken.await.unwrap().unwrap();
            yield_now().await;
            assert_eq!(figures(), (6, 7, 7, 0), "and each once");
        });
        // The highest figure that was ever told stays the peak, although the root ends before they arrive.
        rt.block_on(async {
            spawn_elsewhere(5);
            assert_eq!(figures(), (11, 11, 13, 5));
        });
        assert_eq!(rt.metrics().peak_alive, 11);
    }
}

fn a_nested_loop_counts_in_the_same_figures(host: Host) {
    let rt = host.runtime();
    rt.block_on(async {
        let before = rt.metrics();
        block_on(async {
            assert_eq!(rt.metrics().alive, 2);
            yield_now().await;
        });
        let after = rt.metrics();
        assert_eq!(after.spawned - before.spawned, 1);
        assert_eq!(after.polls - before.polls, 2);
        assert!(after.turns > before.turns);
        assert_eq!((after.alive, after.peak_alive), (1, 2));
    });
}

on_every_host![
    coroutines_are_counted_from_spawn_to_end,
    polls_are_counted_one_by_one,
    what_is_ready_is_counted_in_every_priority,
    turns_are_counted_and_few,
    what_another_thread_spawned_is_counted_at_once;
    ours: a_nested_loop_counts_in_the_same_figures,
];
