//! P6: a panic never unwinds into C and never vanishes: the joiner gets it, or the unhandled-error hook
//! does.

#![forbid(unsafe_code)]

use std::fmt;
use std::future::pending;
use std::panic::{AssertUnwindSafe, Location, catch_unwind, panic_any};
use std::sync::{Arc, Mutex};
use std::thread;

use glib_coro::task::{Builder, spawn_reporting};
use glib_coro::{Runtime, block_on, spawn, yield_now};
use glib_coro_tests::{Counter, Host, OnDrop, block_on_elsewhere, forever, on_every_host};

/// A runtime that notes what reaches its hook.
fn noting(host: Host) -> (Runtime, Arc<Mutex<Vec<String>>>) {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let rt = host
        .builder()
        .on_unhandled({
            let seen = seen.clone();
            move |unhandled| seen.lock().unwrap().push(unhandled.message().to_owned())
        })
        .build()
        .unwrap();
    (rt, seen)
}

async fn settle() {
    for _ in 0..5 {
        yield_now().await;
    }
}

struct Unspeakable;

impl fmt::Display for Unspeakable {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        panic!("an error's Display")
    }
}

fn an_error_whose_display_panics_does_no_harm(host: Host) {
    let (rt, _) = noting(host);
    rt.block_on(async {
        drop(spawn_reporting(async { Err::<(), _>(Unspeakable) }));
        settle().await;
        let task = spawn_reporting(async { Err::<(), _>(Unspeakable) });
        settle().await;
        drop(task);
        assert_eq!(spawn(async { 1 }).await.unwrap(), 1);
    });
}

fn a_payload_whose_destructor_panics_does_no_harm(host: Host) {
    let (rt, _) = noting(host);
    rt.block_on(async {
        drop(spawn(async {
            panic_any(OnDrop::new(|| panic!("a payload's destructor")));
        }));
        settle().await;
        assert_eq!(spawn(async { 1 }).await.unwrap(), 1);
    });
}

fn a_panic_while_another_runtime_is_entered_across_an_await_reaches_the_hook(host: Host) {
    let (rt, seen) = noting(host);
    let other = forever(host.runtime());
    rt.block_on(async {
        let holder = spawn(async {
            let _entered = other.enter();
            settle().await;
            settle().await;
        });
        let victim = spawn(async {
            yield_now().await;
            panic!("detached");
        });
        drop(victim);
        settle().await;
        holder.await.unwrap();
    });
    assert_eq!(*seen.lock().unwrap(), ["detached"]);
}

fn a_join_that_resolves_elsewhere_carries_the_panic(host: Host) {
    let (rt, _) = noting(host);
    let task = rt.handle().spawn(async { panic!("for the joiner") });
    let joiner = thread::spawn(move || block_on_elsewhere(task).unwrap_err().to_string());
    rt.block_on(async {
        while !joiner.is_finished() {
            yield_now().await;
        }
    });
    let message = joiner.join().unwrap();
    assert!(message.ends_with("panicked: for the joiner"), "{message}");
}

fn a_panic_reaches_the_joiner_and_nobody_else(host: Host) {
    let (rt, seen) = noting(host);
    rt.block_on(async {
        let task = spawn(async {
            yield_now().await;
            panic!("number {}", std::hint::black_box(1));
        });
        let id = task.id();
        let error: glib_coro::JoinError = task.await.map(|(): ()| ()).unwrap_err();
        assert!(error.is_panic() && !error.is_cancelled());
        assert_eq!(error.id(), id);
        assert!(error.to_string().ends_with("panicked: number 1"), "{error}");
        assert_eq!(
            *error.into_panic().downcast::<String>().unwrap(),
            "number 1"
        );

        let error = spawn(async { panic_any(7_u8) })
            .await
            .map(|(): ()| ())
            .unwrap_err();
        let payload = error.try_into_panic().unwrap();
        assert_eq!(*payload.downcast::<u8>().unwrap(), 7);

        // Whether the coroutine ends before or after somebody asks.
        let task = spawn(async { panic!("early") });
        settle().await;
        assert!(task.is_finished());
        let error = task.await.map(|(): ()| ()).unwrap_err();
        assert_eq!(*error.into_panic().downcast::<&str>().unwrap(), "early");
    });
    drop(rt);
    assert!(seen.lock().unwrap().is_empty());
}

fn the_hook_gets_name_location_and_message(host: Host) {
    type Seen = (Option<String>, u32, String, Option<&'static str>, String);
    let seen: Arc<Mutex<Vec<Seen>>> = Arc::default();
    let rt = host
        .builder()
        .on_unhandled({
            let seen = seen.clone();
            move |unhandled| {
                assert_eq!(unhandled.location().file(), file!());
                let payload = unhandled.panic();
                seen.lock().unwrap().push((
                    unhandled.name().map(str::to_owned),
                    unhandled.location().line(),
                    unhandled.message().to_owned(),
                    payload.map(|payload| *payload.downcast_ref().unwrap()),
                    unhandled.to_string(),
                ));
            }
        })
        .build()
        .unwrap();
    let mut lines = Vec::new();
    rt.block_on(async {
        let builder = Builder::new().name("courier");
        lines.push(Location::caller().line() + 1);
        drop(builder.spawn(async { panic!("lost") }));
        settle().await;

        lines.push(Location::caller().line() + 1);
        let task = spawn(async { panic!("too late") });
        settle().await;
        assert_eq!(seen.lock().unwrap().len(), 1, "somebody may still look");
        drop(task);

        lines.push(Location::caller().line() + 1);
        drop(spawn_reporting(async { Err::<(), _>("an error") }));
        drop(spawn_reporting(async { Ok::<_, String>(1) }));
        drop(spawn(async { Err::<(), _>("not for the hook") }));
        settle().await;
        assert_eq!(
            spawn_reporting(async { Err::<(), _>("taken") })
                .await
                .unwrap(),
            Err("taken")
        );
    });
    drop(rt);
    let seen = std::mem::take(&mut *seen.lock().unwrap());
    let brief: Vec<_> = seen
        .iter()
        .map(|(name, line, message, payload, _)| (name.as_deref(), *line, &**message, *payload))
        .collect();
    assert_eq!(
        brief,
        [
            (Some("courier"), lines[0], "lost", Some("lost")),
            (None, lines[1], "too late", Some("too late")),
            (None, lines[2], "an error", None),
        ]
    );
    let text = &seen[0].4;
    assert!(
        text.contains("courier") && text.contains("lost") && text.contains(file!()),
        "{text}"
    );
}

fn a_hook_that_panics_does_no_harm(host: Host) {
    let calls = Counter::new();
    let rt = host
        .builder()
        .on_unhandled({
            let calls = calls.clone();
            move |_| {
                calls.add();
                panic!("in the hook");
            }
        })
        .build()
        .unwrap();
    rt.block_on(async {
        for n in 1..=3 {
            drop(spawn(async { panic!("in a coroutine") }));
            settle().await;
            assert_eq!(calls.get(), n);
        }
        // Also where the last handle goes by itself, here and on another thread.
        let tasks = [(); 2].map(|()| spawn(async { panic!("in a coroutine") }));
        settle().await;
        let [here, there] = tasks;
        drop(here);
        thread::spawn(move || drop(there)).join().unwrap();
        assert_eq!(calls.get(), 5);
        assert_eq!(spawn(async { 1 }).await.unwrap(), 1);
    });
}

fn an_abort_is_never_reported(host: Host) {
    let (rt, seen) = noting(host);
    rt.block_on(async {
        for polls in [0, 3] {
            let tasks = [(); 4].map(|()| spawn_reporting(pending::<Result<(), String>>()));
            for _ in 0..polls {
                yield_now().await;
            }
            let [dropped, joined, by_handle, by_guard] = tasks;
            dropped.abort();
            drop(dropped);
            joined.abort();
            assert!(joined.await.unwrap_err().is_cancelled());
            let abort = by_handle.abort_handle();
            drop(by_handle);
            abort.abort();
            drop(by_guard.abort_on_drop());
            settle().await;
        }
        drop(spawn(pending::<()>()));
    });
    let kept = rt.spawn(pending::<()>());
    drop(rt);
    drop(kept);
    assert!(seen.lock().unwrap().is_empty(), "{seen:?}");
}

fn block_on_resumes_the_panic_of_its_root(host: Host) {
    let (rt, seen) = noting(host);
    let rounds = Counter::new();
    let other = rt.spawn({
        let rounds = rounds.clone();
        async move {
            for _ in 0..100 {
                rounds.add();
                yield_now().await;
            }
        }
    });
    for polls in [0, 3] {
        let payload = catch_unwind(AssertUnwindSafe(|| {
            rt.block_on(async {
                for _ in 0..polls {
                    yield_now().await;
                }
                panic_any(polls);
            });
        }))
        .unwrap_err();
        assert_eq!(*payload.downcast::<i32>().unwrap(), polls);
    }
    // Inside a coroutine it is that one's panic; and the loop is as good as before.
    let nested = rt.spawn(async { block_on(async { panic!("nested") }) });
    let error = rt.block_on(nested).map(|(): ()| ()).unwrap_err();
    assert!(error.to_string().ends_with("panicked: nested"), "{error}");
    rt.block_on(other).unwrap();
    assert_eq!(rounds.get(), 100);
    drop(rt);
    assert!(seen.lock().unwrap().is_empty(), "{seen:?}");
}

on_every_host![
    a_panic_while_another_runtime_is_entered_across_an_await_reaches_the_hook,
    a_join_that_resolves_elsewhere_carries_the_panic,
    a_panic_reaches_the_joiner_and_nobody_else,
    the_hook_gets_name_location_and_message,
    an_abort_is_never_reported;
    ours: block_on_resumes_the_panic_of_its_root,
];
on_every_host![alone:
    an_error_whose_display_panics_does_no_harm,
    a_payload_whose_destructor_panics_does_no_harm,
    a_hook_that_panics_does_no_harm,
];
