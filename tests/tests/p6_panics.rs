//! P6: a panic never unwinds into C and never vanishes: the joiner gets it, or the unhandled-error hook
//! does.

#![forbid(unsafe_code)]

use std::fmt;
use std::panic::panic_any;
use std::sync::{Arc, Mutex};

use glib_coro::task::spawn_reporting;
use glib_coro::{Runtime, spawn, yield_now};
use glib_coro_tests::{Host, OnDrop, block_on_elsewhere, on_every_host};

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
    let other = Box::leak(Box::new(host.runtime()));
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
    let joiner = std::thread::spawn(move || block_on_elsewhere(task).unwrap_err().to_string());
    rt.block_on(async {
        while !joiner.is_finished() {
            yield_now().await;
        }
    });
    let message = joiner.join().unwrap();
    assert!(message.ends_with("panicked: for the joiner"), "{message}");
}

on_every_host![
    a_panic_while_another_runtime_is_entered_across_an_await_reaches_the_hook,
    a_join_that_resolves_elsewhere_carries_the_panic,
];
on_every_host![alone:
    an_error_whose_display_panics_does_no_harm,
    a_payload_whose_destructor_panics_does_no_harm,
];
