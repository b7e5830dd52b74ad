//! Introspection: who is told to await whom.

#![forbid(unsafe_code)]

use std::future::pending;
use std::thread;
use std::time::Duration;

use futures_channel::oneshot;
use futures_util::FutureExt;
use glib_coro::runtime::Worker;
use glib_coro::task::{self, Id, JoinSet, WaitingOn};
use glib_coro::{JoinHandle, spawn, time, yield_now};
use glib_coro_tests::{Host, on_every_host, settle, waits_of};

const HOUR: Duration = Duration::from_secs(3600);

/// Who is told to await whom, in the order of their spawns.
fn joins() -> Vec<(Id, Id)> {
    let mut joins = Vec::new();
    for info in task::all() {
        for wait in info.waiting_on() {
            if let WaitingOn::Join { id } = wait {
                joins.push((info.id(), *id));
            }
        }
    }
    joins
}

fn a_join_set_that_moves_takes_its_joins_along(host: Host) {
    host.runtime().block_on(async {
        let mut set = JoinSet::new();
        let member = set.spawn(pending::<()>()).id();
        let first = spawn(async move {
            assert!(set.join_next().now_or_never().is_none());
            set
        });
        let mut set = first.await.unwrap();
        let second = spawn(async move { set.join_next().await.is_some() });
        settle().await;
        assert_eq!(waits_of(second.id()), [WaitingOn::Join { id: member }]);
    });
}

fn a_join_across_runtimes_is_told(host: Host) {
    host.runtime().block_on(async {
        let worker = Worker::new("elsewhere");
        let task = worker.handle().spawn_with(pending::<()>);
        let id = task.id();
        let joiner = spawn(task);
        settle().await;
        assert_eq!(waits_of(joiner.id()), [WaitingOn::Join { id }]);
    });
}

/// Awaits a handle until it is told to give it back, and then something else.
async fn hold(
    mut task: JoinHandle<()>,
    stop: oneshot::Receiver<()>,
    back: oneshot::Sender<JoinHandle<()>>,
) {
    assert!((&mut task).now_or_never().is_none());
    stop.await.unwrap();
    back.send(task).unwrap();
    pending::<()>().await;
}

fn a_handle_that_moves_to_another_thread_takes_its_join_along(host: Host) {
    for insight in [false, true] {
        let rt = host.builder().insight(insight).build().unwrap();
        rt.block_on(async {
            let worker = Worker::new("elsewhere");
            let waits_there = |id| {
                let all = worker.handle().all();
                let info = all.into_iter().find(|info| info.id() == id);
                info.expect("it is alive").waiting_on().to_vec()
            };
            let task = spawn(pending::<()>());
            let id = task.id();
            let (joins, nothing) = ([WaitingOn::Join { id }], [WaitingOn::Other]);
            // Here, ..
            let (stop, told) = oneshot::channel();
            let (give, given) = oneshot::channel();
            let first = spawn(hold(task, told, give));
            settle().await;
            assert_eq!(waits_of(first.id()), joins);
            stop.send(()).unwrap();
            let task = given.await.unwrap();
            // .. there, ..
            let (stop, told) = oneshot::channel();
            let (give, given) = oneshot::channel();
            let second = worker.handle().spawn(hold(task, told, give));
            while waits_there(second.id()) != joins {
                yield_now().await;
            }
            assert_eq!(waits_of(first.id()), nothing);
            stop.send(()).unwrap();
            let task = given.await.unwrap();
            // .. here again, ..
            let (stop, told) = oneshot::channel();
            let (give, given) = oneshot::channel();
            let third = spawn(hold(task, told, give));
            settle().await;
            assert_eq!(waits_of(third.id()), joins);
            assert_eq!(waits_of(first.id()), nothing);
            assert_eq!(waits_there(second.id()), nothing);
            stop.send(()).unwrap();
            let task = given.await.unwrap();
            // .. and dropped there.
            thread::spawn(move || drop(task)).join().unwrap();
            assert_eq!(waits_of(third.id()), nothing);
            assert_eq!(waits_of(id), nothing, "detached");
        });
    }
}

fn a_handle_that_is_awaited_by_one_and_then_by_another_is_told_of_the_latter(host: Host) {
    host.runtime().block_on(async {
        let task = spawn(pending::<()>());
        let id = task.id();
        let (stop, told) = oneshot::channel();
        let (give, given) = oneshot::channel();
        let first = spawn(hold(task, told, give));
        settle().await;
        assert_eq!(joins(), [(first.id(), id)]);
        stop.send(()).unwrap();
        let second = spawn(given.await.unwrap());
        settle().await;
        assert_eq!(joins(), [(second.id(), id)]);
        assert_eq!(waits_of(first.id()), [WaitingOn::Other]);
    });
}

/// The next one that is spawned takes the place in the table of one that has ended.
fn a_join_that_is_over_is_not_told_of_who_takes_the_place(host: Host) {
    host.runtime().block_on(async {
        let deadline = time::now() + HOUR;
        let (end, ended) = oneshot::channel();
        let task = spawn(async { ended.await.unwrap() });
        let id = task.id();
        let joiner = spawn(async move {
            let () = task.await.unwrap();
            time::sleep_until(deadline).await;
        });
        settle().await;
        assert_eq!(joins(), [(joiner.id(), id)]);
        end.send(()).unwrap();
        settle().await;
        let heir = spawn(pending::<()>());
        settle().await;
        assert_eq!(joins(), []);
        assert_eq!(waits_of(joiner.id()), [WaitingOn::Timer { deadline }]);
        assert_eq!(waits_of(heir.id()), [WaitingOn::Other]);
        // Who awaits the heir is told nevertheless.
        let id = heir.id();
        let other = spawn(heir);
        settle().await;
        assert_eq!(joins(), [(other.id(), id)]);
    });
}

fn a_handle_that_is_dropped_late_leaves_the_join_of_who_took_the_place(host: Host) {
    host.runtime().block_on(async {
        let (end, ended) = oneshot::channel();
        let mut late = spawn(async { ended.await.unwrap() });
        assert!((&mut late).now_or_never().is_none());
        end.send(()).unwrap();
        settle().await;
        assert!(late.is_finished());
        let heir = spawn(pending::<()>());
        let id = heir.id();
        let joiner = spawn(heir);
        settle().await;
        drop(late);
        assert_eq!(joins(), [(joiner.id(), id)]);
    });
}

on_every_host![
    a_join_set_that_moves_takes_its_joins_along,
    a_join_across_runtimes_is_told,
    a_handle_that_moves_to_another_thread_takes_its_join_along,
    a_handle_that_is_awaited_by_one_and_then_by_another_is_told_of_the_latter,
    a_join_that_is_over_is_not_told_of_who_takes_the_place,
    a_handle_that_is_dropped_late_leaves_the_join_of_who_took_the_place,
];
