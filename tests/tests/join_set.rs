//! `JoinSet`: outputs in the order in which coroutines end.

#![forbid(unsafe_code)]

use std::future::pending;
use std::time::Duration;

use futures_util::FutureExt;
use glib_coro::task::{Builder, JoinSet};
use glib_coro::{sleep, yield_now};
use glib_coro_tests::{DropNote, Host, on_every_host};

fn outputs_come_as_coroutines_end(host: Host) {
    host.runtime().block_on(async {
        let mut set = JoinSet::new();
        for yields in [3, 1, 2] {
            set.spawn(async move {
                for _ in 0..yields {
                    yield_now().await;
                }
                yields
            });
        }
        assert_eq!((set.len(), set.is_empty()), (3, false));
        let mut order = Vec::new();
        while let Some(joined) = set.join_next().await {
            order.push(joined.unwrap());
        }
        assert_eq!(order, [1, 2, 3]);
        assert!(set.is_empty());
    });
}

fn a_panic_and_an_abort_concern_one_member(host: Host) {
    host.runtime().block_on(async {
        let mut set = JoinSet::new();
        set.spawn(async { panic!("one") });
        set.spawn(pending::<()>()).abort();
        set.insert(
            Builder::new()
                .name("third")
                .spawn(sleep(Duration::from_millis(1))),
        );
        let (mut panics, mut cancelled, mut done) = (0, 0, 0);
        while let Some(joined) = set.join_next().await {
            match joined {
                Ok(()) => done += 1,
                Err(error) if error.is_panic() => panics += 1,
                Err(_) => cancelled += 1,
            }
        }
        assert_eq!((panics, cancelled, done), (1, 1, 1));
    });
}

fn dropping_the_set_aborts_its_members(host: Host) {
    let rt = host.runtime();
    let drops = DropNote::new();
    rt.block_on(async {
        let mut set = JoinSet::new();
        for _ in 0..3 {
            let guard = drops.guard();
            set.spawn(async move {
                let _guard = guard;
                pending::<()>().await;
            });
        }
        yield_now().await;
        drop(set);
        yield_now().await;
        assert_eq!(drops.count(), 3);
    });
    assert_eq!(rt.metrics().alive, 0);
}

fn shutdown_waits_for_the_destructors(host: Host) {
    host.runtime().block_on(async {
        let drops = DropNote::new();
        let mut set = JoinSet::new();
        for _ in 0..3 {
            let guard = drops.guard();
            set.spawn(async move {
                let _guard = guard;
                pending::<()>().await;
            });
        }
        set.shutdown().await;
        assert_eq!((drops.count(), set.len()), (3, 0));
        assert!(set.join_next().await.is_none());
    });
}

fn join_all_panics_with_the_first_panic(host: Host) {
    let rt = host.runtime();
    assert_eq!(
        rt.block_on(async {
            let mut set = JoinSet::new();
            set.spawn(async { 1 });
            set.spawn(async { 2 });
            set.join_all().await
        }),
        [1, 2]
    );
    let drops = DropNote::new();
    let guard = drops.guard();
    let outer = rt.spawn(async move {
        let mut set = JoinSet::new();
        set.spawn(async move {
            let _guard = guard;
            pending::<()>().await;
        });
        set.spawn(async { panic!("first") });
        set.join_all().await
    });
    let error = rt.block_on(outer).unwrap_err();
    assert!(error.to_string().ends_with("panicked: first"), "{error}");
    rt.block_on(yield_now());
    assert_eq!(drops.count(), 1, "the others were aborted");
}

fn detached_members_go_on(host: Host) {
    let rt = host.runtime();
    let drops = DropNote::new();
    rt.block_on(async {
        let mut set = JoinSet::new();
        let guard = drops.guard();
        set.spawn(async move {
            yield_now().await;
            drop(guard);
        });
        set.detach_all();
        assert_eq!(
            set.join_next().now_or_never().map(|next| next.is_none()),
            Some(true)
        );
        drop(set);
        while drops.count() == 0 {
            yield_now().await;
        }
    });
}

on_every_host![
    outputs_come_as_coroutines_end,
    a_panic_and_an_abort_concern_one_member,
    dropping_the_set_aborts_its_members,
    shutdown_waits_for_the_destructors,
    join_all_panics_with_the_first_panic,
    detached_members_go_on,
];
