//! P1: one source per context and priority in use, whatever the number of coroutines, timers and
//! descriptors.

#![forbid(unsafe_code)]

use std::future::pending;
use std::io::Write;
use std::os::unix::net::UnixStream;
use std::time::Duration;

use glib_coro::task::{Builder, Priority};
use glib_coro::{Async, readable, sleep, spawn, yield_now};
use glib_coro_tests::{Counter, Host, Notes, on_every_host, on_glib};
use rustix::process::{Resource, getrlimit, setrlimit};

const MANY: usize = 10_000;
const HOUR: Duration = Duration::from_secs(3600);

/// As many pairs as give `MANY` descriptors, or as the limit allows.
fn many_pairs() -> Vec<(UnixStream, UnixStream)> {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    setrlimit(Resource::Nofile, limit).expect("the soft limit may rise up to the hard one");
    let room = limit.current.map_or(usize::MAX, |n| n as usize);
    let wanted = MANY.min(room.saturating_sub(200));
    if wanted < MANY {
        eprintln!("only {wanted} descriptors instead of {MANY}: RLIMIT_NOFILE is {room}");
    }
    (0..wanted / 2)
        .map(|_| UnixStream::pair().expect("a pair"))
        .collect()
}

fn ten_thousand_tasks_timers_and_descriptors(host: Host) {
    let rt = host.runtime();
    let pairs = many_pairs();
    let woken = Counter::new();
    rt.block_on(async {
        for _ in 0..MANY {
            spawn(pending::<()>());
            spawn(sleep(HOUR));
        }
        let mut writers = Vec::new();
        for (a, b) in pairs {
            let (a, b) = (Async::new(a).unwrap(), Async::new(b).unwrap());
            let keep = b.get_ref().try_clone().unwrap();
            let woken = woken.clone();
            writers.push(keep);
            spawn(async move {
                a.readable().await.unwrap();
                woken.add();
                drop(b);
            });
            // A clone each would be one descriptor too many.
            if writers.len() > 100 {
                writers.remove(0);
            }
        }
        // All of them are polled once.
        yield_now().await;
        yield_now().await;

        let metrics = rt.metrics();
        assert!(metrics.alive > 2 * MANY, "{metrics:?}");
        assert_eq!(metrics.sources, host.sources(1));
        assert_eq!(woken.get(), 0);

        // They are really watched: those that have a writer left wake up.
        let expected = writers.len();
        for writer in &mut writers {
            writer.write_all(b"x").unwrap();
        }
        while woken.get() < expected {
            yield_now().await;
        }
        let before = rt.metrics().polls;
        for _ in 0..1_000 {
            yield_now().await;
        }
        let polls = rt.metrics().polls - before;
        assert!(polls <= 1_000, "idle coroutines were polled: {polls} polls");
        assert_eq!(rt.metrics().sources, host.sources(1));
    });
}

fn readable_on_any_descriptor_adds_no_source(host: Host) {
    let rt = host.runtime();
    let (ours, mut theirs) = UnixStream::pair().unwrap();
    rt.block_on(async {
        let waiters: Vec<_> = (0..100)
            .map(|_| {
                let ours = ours.try_clone().unwrap();
                spawn(async move { readable(&ours).await })
            })
            .collect();
        yield_now().await;
        assert_eq!(rt.metrics().sources, host.sources(1));
        theirs.write_all(b"x").unwrap();
        for waiter in waiters {
            waiter.await.unwrap().unwrap();
        }
    });
}

fn one_more_source_for_each_priority_in_use(host: Host) {
    let rt = host.runtime();
    let order = Notes::new();
    rt.block_on(async {
        assert_eq!(rt.metrics().sources, host.sources(1));
        for (priority, sources) in [(Priority::Idle, 2), (Priority::High, 3)] {
            for _ in 0..100 {
                let order = order.clone();
                let task = Builder::new().priority(priority).spawn(async move {
                    sleep(Duration::from_micros(100)).await;
                    order.push(priority);
                });
                task.await.unwrap();
            }
            assert_eq!(rt.metrics().sources, host.sources(sources));
        }
        // Coming back to a priority adds nothing.
        let again = Builder::new().priority(Priority::Idle).spawn(async {});
        again.await.unwrap();
        assert_eq!(rt.metrics().sources, host.sources(3));
    });
    assert_eq!(order.len(), 200);
}

on_every_host![
    readable_on_any_descriptor_adds_no_source,
    one_more_source_for_each_priority_in_use,
];
on_every_host![alone: ten_thousand_tasks_timers_and_descriptors];

#[cfg(feature = "glib")]
mod glib_says_so {
    use glib_coro::{Handle, Runtime};
    use glib_coro_tests::glib_view::{polled_descriptors, sources};

    use super::*;

    pub(super) fn one_source_and_one_descriptor_beside_the_contexts_own(_: Host) {
        let context = ::glib::MainContext::new();
        assert_eq!(sources(&context).len(), 0);
        let idle = polled_descriptors(&context);
        let rt = Runtime::builder().main_context(&context).build().unwrap();
        let pairs = many_pairs();
        rt.block_on(async {
            for _ in 0..MANY {
                spawn(pending::<()>());
                spawn(sleep(HOUR));
            }
            for (a, b) in pairs {
                let (a, b) = (Async::new(a).unwrap(), Async::new(b).unwrap());
                spawn(async move { a.readable().await });
                spawn(async move { b.readable().await });
            }
            yield_now().await;
            yield_now().await;
        });
        assert!(rt.metrics().alive > 2 * MANY);
        let found = sources(&context);
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].name().as_deref(), Some("glib-coro"));
        assert_eq!(found[0].priority(), 0);
        let polled = polled_descriptors(&context);
        assert_eq!(
            polled.len(),
            idle.len() + 1,
            "GLib polls {polled:?}, and {idle:?} without a runtime"
        );
        drop(rt);
        assert_eq!(sources(&context).len(), 0);
        assert_eq!(polled_descriptors(&context), idle);
    }

    pub(super) fn three_priorities_are_three_sources_and_still_one_descriptor(_: Host) {
        let context = ::glib::MainContext::new();
        let idle = polled_descriptors(&context);
        let rt = Runtime::builder().main_context(&context).build().unwrap();
        rt.block_on(async {
            for priority in Priority::ALL {
                Builder::new()
                    .priority(priority)
                    .spawn(async {})
                    .await
                    .unwrap();
            }
        });
        let mut priorities: Vec<_> = sources(&context)
            .iter()
            .map(|source| source.priority())
            .collect();
        priorities.sort_unstable();
        assert_eq!(priorities, [-100, 0, 200]);
        assert_eq!(polled_descriptors(&context).len(), idle.len() + 1);
    }

    pub(super) fn contexts_do_not_share_their_sources(_: Host) {
        let contexts: Vec<_> = (0..10).map(|_| ::glib::MainContext::new()).collect();
        let runtimes: Vec<_> = contexts
            .iter()
            .map(|context| Runtime::builder().main_context(context).build().unwrap())
            .collect();
        for rt in &runtimes {
            rt.block_on(async {
                spawn(sleep(HOUR));
                assert!(Handle::try_current().is_ok());
            });
        }
        for context in &contexts {
            assert_eq!(sources(context).len(), 1);
        }
    }
}

#[cfg(feature = "glib")]
use glib_says_so::*;

on_glib![
    three_priorities_are_three_sources_and_still_one_descriptor,
    contexts_do_not_share_their_sources,
];
on_glib![alone: one_source_and_one_descriptor_beside_the_contexts_own];
