//! `task::all` and `task::dump`: every coroutine, who it is and what it does.

#![forbid(unsafe_code)]

use std::future::pending;
use std::os::fd::AsRawFd;
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::task::{Context, Poll, Wake};
use std::time::Duration;

use futures_util::FutureExt;
use glib_coro::task::{self, Builder, Id, Info, State, WaitingOn};
use glib_coro::{block_on, readable, sleep, spawn, time, yield_now};
use glib_coro_tests::{Host, info_of, on_every_host, run, settle, waits_of};
use serde_json::Value;

const HOUR: Duration = Duration::from_secs(3600);

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

on_every_host![
    names_and_places_are_told,
    ten_thousand_are_listed_in_the_order_of_their_spawns,
    the_list_may_be_asked_for_in_wakers_and_destructors,
    the_dump_is_json_and_tells_the_same;
    ours: coroutines_below_a_nested_loop_are_running,
];

#[test]
fn a_thread_that_is_asked_out_of_the_blue_has_none() {
    run(Host::Standalone, |_| {
        assert!(task::all().is_empty());
        assert_eq!(task::dump(), "null", "asking makes no runtime");
    });
}
