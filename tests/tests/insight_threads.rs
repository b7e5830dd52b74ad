//! `Handle::all` and `Handle::dump`: what other threads see of a runtime.

#![forbid(unsafe_code)]

use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use glib_coro::task::{self, Builder, Info, JoinSet, State};
use glib_coro::{Handle, block_on, sleep, spawn, unblock, yield_now};
use glib_coro_tests::{Host, on_every_host, settle};
use serde_json::Value;

const HOUR: Duration = Duration::from_secs(3600);

fn another_thread_sees_who_blocks_the_loop_and_whom(host: Host) {
    let rt = host
        .builder()
        .insight(true)
        .slow_poll(Duration::MAX)
        .build();
    rt.unwrap().block_on(async {
        let handle = Handle::current();
        let rested = spawn(async {
            yield_now().await;
            pending::<()>().await
        });
        settle().await;
        let blocker = Builder::new().name("blocker").spawn(async move {
            let (ask, asked) = channel::<()>();
            let (answer, answered) = channel();
            let watchdog = thread::spawn(move || {
                asked.recv().unwrap();
                answer.send((handle.all(), handle.dump())).unwrap();
            });
            ask.send(()).unwrap();
            // The loop is blocked until the other thread has its answer.
            let seen = answered.recv().unwrap();
            watchdog.join().unwrap();
            seen
        });
        let id = blocker.id();
        let behind = spawn(async {});
        let behind_id = behind.id();
        let (all, dump) = blocker.await.unwrap();
        let state = |id| all.iter().find(|info| info.id() == id).unwrap().state();
        assert_eq!(state(id), State::Running);
        assert_eq!(state(behind_id), State::Ready);
        assert_eq!(state(task::id()), State::Waiting);
        assert_eq!(state(rested.id()), State::Waiting);
        let dump: Value = serde_json::from_str(&dump).expect("JSON");
        assert_eq!(dump["coroutines"][2]["state"], "running");
        for unknown in ["sources", "polls", "turns"] {
            assert_eq!(dump["metrics"][unknown], Value::Null);
        }
    });
}

fn without_insight_another_thread_asks_the_loop(host: Host) {
    let rt = host.builder().insight(false).build().unwrap();
    let handle = rt.handle();
    rt.block_on(async {
        let sleeper = Builder::new().name("sleeper").spawn(sleep(HOUR));
        settle().await;
        let watchdog = handle.clone();
        // The loop has a second to answer, which is little on a busy machine.
        let asked = unblock(move || {
            let all = loop {
                match watchdog.all() {
                    all if all.is_empty() => {}
                    all => break all,
                }
            };
            let dump = loop {
                let dump: Value = serde_json::from_str(&watchdog.dump()).expect("JSON");
                if !dump["coroutines"].is_null() {
                    break dump;
                }
            };
            (all, dump)
        });
        let (all, dump) = asked.await;
        let info = all.iter().find(|info| info.id() == sleeper.id()).unwrap();
        assert_eq!(
            (info.name(), info.state()),
            (Some("sleeper"), State::Waiting)
        );
        assert_eq!(dump["coroutines"].as_array().unwrap().len(), all.len());
    });
    // Nobody runs the loop any more: no answer, and no waiting for ever.
    let (all, dump) = thread::spawn(move || (handle.all(), handle.dump()))
        .join()
        .unwrap();
    assert!(all.is_empty());
    let dump: Value = serde_json::from_str(&dump).expect("JSON");
    assert_eq!(
        (&dump["coroutines"], &dump["metrics"]),
        (&Value::Null, &Value::Null)
    );
}

fn what_another_thread_spawned_is_listed_before_the_loop_has_seen_it(host: Host) {
    let rt = host.builder().insight(true).build().unwrap();
    rt.block_on(async {
        let handle = Handle::current();
        // The loop is blocked until this has its answer.
        let (id, all) = thread::spawn(move || {
            let id = handle.spawn(async {}).id();
            (id, handle.all())
        })
        .join()
        .unwrap();
        let found: Vec<_> = all.iter().filter(|info| info.id() == id).collect();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].state(), State::Ready);
        assert_eq!(found[0].location().file(), file!());
        settle().await;
        assert!(task::all().iter().all(|info| info.id() != id));
    });
}

fn asking_from_other_threads_disturbs_nobody(host: Host) {
    let rt = host.builder().insight(true).build().unwrap();
    let done = Arc::new(AtomicBool::new(false));
    let watchers: Vec<_> = (0..3)
        .map(|_| {
            let (handle, done) = (rt.handle(), done.clone());
            thread::spawn(move || {
                while !done.load(Ordering::Relaxed) {
                    assert!(handle.all().is_sorted_by_key(Info::id));
                    serde_json::from_str::<Value>(&handle.dump()).expect("JSON");
                }
            })
        })
        .collect();
    rt.block_on(async {
        for round in 0..200 {
            let mut set = JoinSet::new();
            for n in 0..10 {
                set.spawn(async move {
                    sleep(Duration::from_micros(n)).await;
                    if n == round % 10 {
                        block_on(yield_now());
                    }
                });
            }
            if round % 2 == 0 {
                set.abort_all();
            }
            while set.join_next().await.is_some() {}
        }
    });
    let handle = rt.handle();
    drop(rt);
    assert!(handle.all().is_empty());
    serde_json::from_str::<Value>(&handle.dump()).expect("JSON of a runtime that has ended");
    done.store(true, Ordering::Relaxed);
    for watcher in watchers {
        watcher.join().unwrap();
    }
}

on_every_host![
    another_thread_sees_who_blocks_the_loop_and_whom,
    without_insight_another_thread_asks_the_loop,
    what_another_thread_spawned_is_listed_before_the_loop_has_seen_it,
    asking_from_other_threads_disturbs_nobody,
];
