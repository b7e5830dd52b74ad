//! `task::all` and `task::dump`: every coroutine, what it does and what it waits for.

#![forbid(unsafe_code)]

use std::cell::RefCell;
use std::future::{pending, poll_fn};
use std::io::Write;
use std::os::fd::AsRawFd;
use std::os::unix::net::UnixStream;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::channel;
use std::task::{Context, Poll, Wake};
use std::thread;
use std::time::Duration;

use futures_channel::oneshot;
use futures_util::{AsyncReadExt, FutureExt, select};
use glib_coro::runtime::Worker;
use glib_coro::task::{self, Builder, Direction, Id, Info, JoinSet, State, WaitingOn, scope};
use glib_coro::{
    Async, Handle, JoinHandle, block_on, readable, sleep, spawn, time, timeout, unblock, writable,
    yield_now,
};
use glib_coro_tests::{Host, on_every_host, run};
use serde_json::Value;

const HOUR: Duration = Duration::from_secs(3600);

fn info_of(id: Id) -> Info {
    let all = task::all();
    let mut found = all.into_iter().filter(|info| info.id() == id);
    let info = found.next().expect("it is alive");
    assert!(found.next().is_none(), "it is listed once");
    info
}

fn waits_of(id: Id) -> Vec<WaitingOn> {
    let info = info_of(id);
    assert_eq!(info.state(), State::Waiting);
    info.waiting_on().to_vec()
}

/// Lets everything that is ready run.
async fn settle() {
    for _ in 0..3 {
        yield_now().await;
    }
}

fn every_kind_of_wait_is_told(host: Host) {
    host.runtime().block_on(async {
        let deadline = time::now() + HOUR;
        let sleeper = spawn(time::sleep_until(deadline));
        let (far, _full) = UnixStream::pair().unwrap();
        let far_fd = far.as_raw_fd();
        far.set_nonblocking(true).unwrap();
        while (&far).write(&[0; 4096]).is_ok() {}
        let writer = spawn(async move { writable(far).await });
        let silent = UnixStream::pair().unwrap();
        let silent_fd = silent.0.as_raw_fd();
        let reader = spawn(async move { readable(silent.0).await });
        let owned = UnixStream::pair().unwrap();
        let owned_fd = owned.0.as_raw_fd();
        let asynchronous = spawn(async move {
            let mut near = Async::new(owned.0).unwrap();
            near.read(&mut [0]).await
        });
        let sleeper_id = sleeper.id();
        let joiner = spawn(sleeper);
        let other = spawn(pending::<()>());
        // Nobody has polled it.
        assert_eq!(info_of(other.id()).state(), State::Ready);
        assert!(info_of(other.id()).waiting_on().is_empty());
        settle().await;

        assert_eq!(waits_of(sleeper_id), [WaitingOn::Timer { deadline }]);
        let (read, write) = (Direction::Read, Direction::Write);
        let on = |fd, direction| vec![WaitingOn::Descriptor { fd, direction }];
        assert_eq!(waits_of(writer.id()), on(far_fd, write));
        assert_eq!(waits_of(reader.id()), on(silent_fd, read));
        assert_eq!(waits_of(asynchronous.id()), on(owned_fd, read));
        assert_eq!(waits_of(joiner.id()), [WaitingOn::Join { id: sleeper_id }]);
        assert_eq!(waits_of(other.id()), [WaitingOn::Other]);
        let me = info_of(task::id());
        assert_eq!(me.state(), State::Running);
        assert!(me.waiting_on().is_empty());
        drop((silent.1, owned.1));
    });
}

fn several_waits_are_all_told_and_gone_when_they_are_over(host: Host) {
    host.runtime().block_on(async {
        let forever = spawn(pending::<()>());
        let joined = forever.id();
        let (near, mut far) = UnixStream::pair().unwrap();
        let fd = near.as_raw_fd();
        let deadline = time::now() + HOUR;
        let waiter = spawn(async move {
            let mut joined = timeout(HOUR, forever).fuse();
            let mut read = readable(&near).fuse();
            let mut slept = time::sleep_until(deadline).fuse();
            select! {
                _ = joined => unreachable!(),
                () = slept => unreachable!(),
                read = read => read.unwrap(),
            }
            // They can wake it as long as they are there.
            drop((joined, read, slept));
            pending::<()>().await;
        });
        settle().await;
        let waits = waits_of(waiter.id());
        assert_eq!(waits.len(), 4, "{waits:?}");
        let direction = Direction::Read;
        for expected in [
            WaitingOn::Join { id: joined },
            WaitingOn::Timer { deadline },
            WaitingOn::Descriptor { fd, direction },
        ] {
            assert!(waits.contains(&expected), "{expected:?} in {waits:?}");
        }
        far.write_all(b"x").unwrap();
        while info_of(waiter.id()).waiting_on() != [WaitingOn::Other] {
            yield_now().await;
        }
        // Detached, it is still alive and awaited by nobody.
        assert_eq!(waits_of(joined), [WaitingOn::Other]);
    });
}

fn waits_inside_combinators_are_the_coroutines_own(host: Host) {
    host.runtime().block_on(async {
        let deadline = time::now() + HOUR;
        let scoped = spawn(async move {
            let result: Result<(), ()> = scope(async |scope| {
                scope.spawn(async move {
                    time::sleep_until(deadline).await;
                    Ok(())
                });
                Ok(())
            })
            .await;
            result
        });
        let mut set = JoinSet::new();
        let mut members: Vec<_> = (0..3).map(|_| set.spawn(pending::<()>()).id()).collect();
        let joiner = spawn(async move { set.join_next().await.is_some() });
        settle().await;
        assert_eq!(waits_of(scoped.id()), [WaitingOn::Timer { deadline }]);
        let mut joins: Vec<_> = waits_of(joiner.id())
            .into_iter()
            .map(|wait| match wait {
                WaitingOn::Join { id } => id,
                other => panic!("{other:?}"),
            })
            .collect();
        joins.sort();
        members.sort();
        assert_eq!(joins, members);
    });
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

fn a_slot_that_is_used_again_has_no_joiner(host: Host) {
    host.runtime().block_on(async {
        let (stop, told) = oneshot::channel();
        let mut task = spawn(async move { told.await.unwrap() });
        let id = task.id();
        let (give, given) = oneshot::channel();
        let first = spawn(async move {
            assert!((&mut task).now_or_never().is_none());
            give.send(task).unwrap();
            pending::<()>().await;
        });
        settle().await;
        assert_eq!(waits_of(first.id()), [WaitingOn::Join { id }]);
        stop.send(()).unwrap();
        let task = given.await.unwrap();
        settle().await;
        assert!(task.is_finished());
        // The slot that was left last is the first to be taken.
        let heir = spawn(pending::<()>());
        let id = heir.id();
        settle().await;
        assert_eq!(waits_of(first.id()), [WaitingOn::Other]);
        let second = spawn(heir);
        settle().await;
        assert_eq!(waits_of(second.id()), [WaitingOn::Join { id }]);
        // Nor has the handle of who had it before anything to say.
        drop(task);
        assert_eq!(waits_of(second.id()), [WaitingOn::Join { id }]);
        assert_eq!(waits_of(first.id()), [WaitingOn::Other]);
    });
}

fn a_timer_that_moves_keeps_its_coroutine(host: Host) {
    host.runtime().block_on(async {
        let sleep = Rc::new(RefCell::new(Box::pin(sleep(HOUR))));
        let sleeper = spawn({
            let sleep = sleep.clone();
            async move { poll_fn(|cx| sleep.borrow_mut().as_mut().poll(cx)).await }
        });
        settle().await;
        let deadline = time::now() + 2 * HOUR;
        // Another coroutine moves it, and does not wait for it.
        sleep.borrow_mut().as_mut().get_mut().reset(deadline);
        assert_eq!(waits_of(sleeper.id()), [WaitingOn::Timer { deadline }]);
        // Polled by another one, it is that one's.
        let other = spawn(async move { poll_fn(|cx| sleep.borrow_mut().as_mut().poll(cx)).await });
        settle().await;
        assert_eq!(waits_of(sleeper.id()), [WaitingOn::Other]);
        assert_eq!(waits_of(other.id()), [WaitingOn::Timer { deadline }]);
    });
}

#[glib_coro::coroutine]
async fn courier() {
    pending::<()>().await
}

fn names_and_places_are_told(host: Host) {
    host.runtime().block_on(async {
        let named = Builder::new().name("postman").spawn(pending::<()>());
        let line = line!() + 1;
        let nameless = spawn(pending::<()>());
        let attributed = courier();
        assert_eq!(info_of(named.id()).name(), Some("postman"));
        assert_eq!(info_of(attributed.id()).name(), Some("courier"));
        let info = info_of(nameless.id());
        assert_eq!(info.name(), None);
        assert_eq!(
            (info.location().file(), info.location().line()),
            (file!(), line)
        );
    });
}

fn ten_thousand_are_listed_in_the_order_of_their_spawns(host: Host) {
    host.runtime().block_on(async {
        let deadline = time::now() + HOUR;
        let tasks: Vec<_> = (0..10_000)
            .map(|n| spawn(time::sleep_until(deadline + Duration::from_nanos(n))))
            .collect();
        settle().await;
        let all = task::all();
        assert_eq!(all.len(), 10_001);
        assert!(all.is_sorted_by_key(Info::id));
        for (n, (task, info)) in (0..).zip(tasks.iter().zip(&all[1..])) {
            let deadline = deadline + Duration::from_nanos(n);
            assert_eq!(info.id(), task.id());
            assert_eq!(info.waiting_on(), [WaitingOn::Timer { deadline }]);
        }
        let dump: Value = serde_json::from_str(&task::dump()).expect("JSON");
        assert_eq!(dump["coroutines"].as_array().unwrap().len(), 10_001);
    });
}

fn coroutines_below_a_nested_loop_are_running(host: Host) {
    host.runtime().block_on(async {
        let root = task::id();
        let nester = spawn(async move {
            let nester = task::id();
            block_on(async move {
                for id in [root, nester, task::id()] {
                    let running = id != root;
                    assert_eq!(info_of(id).state() == State::Running, running);
                }
                // A future of ours that is polled by hand in here is nobody's but the innermost's.
                assert!(sleep(HOUR).now_or_never().is_none());
            });
            pending::<()>().await;
        });
        settle().await;
        assert_eq!(waits_of(nester.id()), [WaitingOn::Other]);
    });
}

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

fn the_list_may_be_asked_for_in_wakers_and_destructors(host: Host) {
    struct Asks;
    impl Drop for Asks {
        fn drop(&mut self) {
            assert!(!task::all().is_empty());
        }
    }
    impl Wake for Asks {
        fn wake(self: Arc<Self>) {
            assert!(!task::all().is_empty());
        }
    }
    host.runtime().block_on(async {
        let asks = Asks;
        let aborted = spawn(async move {
            let _asks = asks;
            pending::<()>().await
        });
        settle().await;
        aborted.abort();
        assert!(aborted.await.unwrap_err().is_cancelled());
        let waker = Arc::new(Asks).into();
        let mut sleep = Box::pin(sleep(Duration::from_millis(1)));
        let mut cx = Context::from_waker(&waker);
        assert_eq!(sleep.as_mut().poll(&mut cx), Poll::Pending);
        while !sleep.is_elapsed() {
            yield_now().await;
        }
        settle().await;
    });
}

fn the_dump_is_json_and_tells_the_same(host: Host) {
    let rt = host
        .builder()
        .insight(true)
        .slow_poll(Duration::MAX)
        .build();
    rt.unwrap().block_on(async {
        let name = "quote \" backslash \\ newline \n bell \u{7} ü";
        let sleeper = Builder::new().name(name).spawn(sleep(HOUR));
        let joiner = spawn(sleeper);
        let (near, _far) = UnixStream::pair().unwrap();
        let fd = near.as_raw_fd();
        let reader = spawn(async move { readable(near).await });
        settle().await;

        let text = task::dump();
        assert!(!text.contains('\n'), "one line");
        let dump: Value = serde_json::from_str(&text).expect("JSON");
        assert!(dump["thread"].is_string());
        let metrics = &dump["metrics"];
        assert_eq!(metrics["alive"], 4);
        assert_eq!(metrics["spawned"], 4);
        assert_eq!(metrics["sources"], host.sources(1));
        assert!(metrics["longest_poll"]["seconds"].is_number());
        let polls = metrics["poll_times"].as_array().unwrap();
        let sum: u64 = polls
            .iter()
            .map(|bucket| bucket["polls"].as_u64().unwrap())
            .sum();
        // The one that asks has not ended.
        assert_eq!(sum, metrics["polls"].as_u64().unwrap() - 1);
        assert_eq!(metrics["slow_polls"], 0);

        let list = dump["coroutines"].as_array().unwrap();
        let of = |id: Id| {
            let id: u64 = id.to_string().parse().unwrap();
            list.iter().find(|one| one["id"] == id).unwrap()
        };
        let me = of(task::id());
        assert_eq!(
            (&me["state"], &me["name"]),
            (&"running".into(), &Value::Null)
        );
        assert!(me["location"].as_str().unwrap().starts_with(file!()));
        assert_eq!(me["polls"], 4);
        let sleeper = list.iter().find(|one| one["name"] == name).unwrap();
        let wait = &sleeper["waiting_on"][0];
        assert_eq!(wait["kind"], "timer");
        let left = wait["in_seconds"].as_f64().unwrap();
        assert!(left > 0.0 && left <= HOUR.as_secs_f64(), "{left}");
        assert_eq!(
            (&sleeper["polls"], &sleeper["state"]),
            (&1.into(), &"waiting".into())
        );
        assert!(
            sleeper["busy_seconds"].is_number() && sleeper["last_poll_seconds_ago"].is_number()
        );
        assert_eq!(of(joiner.id())["waiting_on"][0]["kind"], "join");
        assert_eq!(of(joiner.id())["waiting_on"][0]["id"], sleeper["id"]);
        let wait = &of(reader.id())["waiting_on"][0];
        assert_eq!(
            (&wait["kind"], &wait["fd"], &wait["direction"]),
            (&"descriptor".into(), &fd.into(), &"read".into())
        );
    });
}

fn without_insight_nothing_is_measured(host: Host) {
    let rt = host.builder().insight(false).build().unwrap();
    rt.block_on(async {
        yield_now().await;
        let me = info_of(task::id());
        assert_eq!((me.polls(), me.busy(), me.last_poll()), (None, None, None));
    });
    let metrics = rt.metrics();
    assert_eq!(metrics.longest_poll, None);
    assert_eq!((metrics.poll_times.count(), metrics.slow_polls), (0, 0));
}

on_every_host![
    every_kind_of_wait_is_told,
    several_waits_are_all_told_and_gone_when_they_are_over,
    waits_inside_combinators_are_the_coroutines_own,
    a_join_set_that_moves_takes_its_joins_along,
    a_join_across_runtimes_is_told,
    a_handle_that_moves_to_another_thread_takes_its_join_along,
    a_slot_that_is_used_again_has_no_joiner,
    a_timer_that_moves_keeps_its_coroutine,
    names_and_places_are_told,
    ten_thousand_are_listed_in_the_order_of_their_spawns,
    another_thread_sees_who_blocks_the_loop_and_whom,
    without_insight_another_thread_asks_the_loop,
    what_another_thread_spawned_is_listed_before_the_loop_has_seen_it,
    asking_from_other_threads_disturbs_nobody,
    the_list_may_be_asked_for_in_wakers_and_destructors,
    the_dump_is_json_and_tells_the_same,
    without_insight_nothing_is_measured;
    ours: coroutines_below_a_nested_loop_are_running,
];

#[test]
fn a_thread_that_is_asked_out_of_the_blue_has_none() {
    run(Host::Standalone, |_| {
        assert!(task::all().is_empty());
        assert_eq!(task::dump(), "null", "asking makes no runtime");
    });
}
