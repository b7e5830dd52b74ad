//! Which runtime is current: the rules on the page of the module `runtime`.

#![forbid(unsafe_code)]

use std::thread;

use glib_coro::{Handle, Runtime, block_on, sleep, spawn, yield_now};
use glib_coro_tests::{Host, on_every_host};

/// Whether what is spawned here and now runs on this runtime.
fn is_current(rt: &Runtime) -> bool {
    let before = rt.metrics().spawned;
    drop(spawn(async {}));
    let spawned = rt.metrics().spawned - before;
    drop(Handle::current().spawn(async {}));
    assert_eq!(
        rt.metrics().spawned - before,
        2 * spawned,
        "`spawn` and `Handle::current` differ"
    );
    spawned == 1
}

fn the_innermost_entered_or_running_one(host: Host) {
    let [a, b] = [host.runtime(), Host::Standalone.runtime()];
    assert!(!is_current(&a) && !is_current(&b));
    {
        let _in_a = a.enter();
        assert!(is_current(&a));
        {
            let _in_b = b.enter();
            assert!(is_current(&b));
            // A turn is further inside than the guards around it, ...
            a.block_on(async {
                assert!(is_current(&a));
                yield_now().await;
                assert!(is_current(&a));
                // ... and a guard inside the turn than the turn; here across a nested loop, too.
                let in_b = b.enter();
                assert!(is_current(&b));
                b.block_on(async { assert!(is_current(&b)) });
                a.block_on(async { assert!(is_current(&a)) });
                assert!(is_current(&b));
                drop(in_b);
                assert!(is_current(&a));
            });
            assert!(is_current(&b));
        }
        assert!(is_current(&a));
    }
    assert!(!is_current(&a) && !is_current(&b));
}

fn guards_may_be_dropped_in_any_order(host: Host) {
    let [a, b] = [host.runtime(), host.runtime()];
    let in_a = a.enter();
    let in_b = b.enter();
    let again_in_a = a.enter();
    drop(in_b);
    assert!(is_current(&a));
    drop(in_a);
    assert!(is_current(&a));
    drop(again_in_a);
    assert!(!is_current(&a) && !is_current(&b));
}

fn the_innermost_guard_decides_when_outer_ones_have_gone(host: Host) {
    let [a, b] = [host.runtime(), host.runtime()];
    let in_a = a.enter();
    let in_b = b.enter();
    let again_in_a = a.enter();
    drop(in_a);
    assert!(is_current(&a));
    drop(again_in_a);
    assert!(is_current(&b));
    drop(in_b);
    // The outer one is that of a turn, which the guards outlive.
    let guards = a.block_on(async { [b.enter(), a.enter()] });
    assert!(is_current(&a));
    let [in_b, again_in_a] = guards;
    drop(again_in_a);
    assert!(is_current(&b));
    drop(in_b);
    assert!(!is_current(&a) && !is_current(&b));
}

fn each_coroutine_sees_its_own(host: Host) {
    let [a, b] = [host.runtime(), host.runtime()];
    let [on_a, on_b] = [&a, &b].map(|rt| {
        rt.spawn(async {
            yield_now().await;
            spawn(async { Handle::current() }).await.unwrap()
        })
    });
    let before = (a.metrics().spawned, b.metrics().spawned);
    a.block_on(async {
        b.block_on(async { on_b.await.unwrap() });
        on_a.await.unwrap();
    });
    // The root and the one inside, each.
    assert_eq!(
        (a.metrics().spawned, b.metrics().spawned),
        (before.0 + 2, before.1 + 2)
    );
}

fn a_thread_has_one_of_its_own_on_first_use(_: Host) {
    let task = spawn(async {
        sleep(std::time::Duration::from_millis(50)).await;
        thread::current().id()
    });
    // Spawned before and between: `block_on` runs it, and goes on where it stopped.
    block_on(yield_now());
    assert!(!task.is_finished());
    let handle = Handle::current();
    assert_eq!(block_on(task).unwrap(), thread::current().id());
    let from_there = thread::spawn(move || handle.spawn(async { thread::current().id() }));
    let there = from_there.join().unwrap();
    assert_eq!(block_on(there).unwrap(), thread::current().id());
    // Another thread has another one.
    let id = thread::spawn(|| block_on(async { spawn(async { thread::current().id() }).await }));
    let other = id.thread().id();
    assert_eq!(id.join().unwrap().unwrap(), other);
}

#[cfg(feature = "glib")]
mod contexts {
    use ::glib::MainContext;
    use glib_coro_tests::glib_view::sources;
    use glib_coro_tests::on_glib;

    use super::*;

    fn the_thread_default_context_gets_one_on_first_use(_: Host) {
        let context = MainContext::new();
        let inside = context.with_thread_default(|| {
            assert_eq!(sources(&context).len(), 0);
            let task = spawn(async { MainContext::thread_default() });
            assert_eq!(sources(&context).len(), 1);
            drop(spawn(async {}));
            assert_eq!(sources(&context).len(), 1);
            task
        });
        let task = inside.unwrap();
        // Somebody iterates the context: no loop of ours is needed. A turn that took long sits out one
        // iteration.
        while context.iteration(false) || context.pending() {}
        assert!(task.is_finished());
        // And from outside the scope, the thread has another one.
        assert_eq!(block_on(task).unwrap(), Some(context.clone()));
        drop(spawn(async {}));
        assert_eq!(sources(&context).len(), 1);
        assert!(!context.pending());
    }

    fn a_built_runtime_is_the_one_of_its_context(_: Host) {
        let [context, other] = [MainContext::new(), MainContext::new()];
        let rt = Runtime::builder().main_context(&context).build().unwrap();
        assert!(
            !is_current(&rt),
            "a context that is not the thread's default"
        );
        context
            .with_thread_default(|| assert!(is_current(&rt)))
            .unwrap();
        // A turn and a guard count more than the thread-default context.
        other
            .with_thread_default(|| {
                assert!(!is_current(&rt));
                rt.block_on(async { assert!(is_current(&rt)) });
                let _entered = rt.enter();
                assert!(is_current(&rt));
            })
            .unwrap();
        rt.block_on(async {
            other
                .with_thread_default(|| assert!(is_current(&rt)))
                .unwrap();
        });
    }

    fn a_callback_of_the_context_finds_its_runtime(_: Host) {
        let context = MainContext::new();
        let rt = Runtime::builder().main_context(&context).build().unwrap();
        let before = rt.metrics().spawned;
        let source = ::glib::timeout_source_new(
            std::time::Duration::ZERO,
            None,
            ::glib::Priority::DEFAULT,
            || {
                drop(spawn(async {}));
                ::glib::ControlFlow::Break
            },
        );
        source.attach(Some(&context));
        rt.block_on(async {
            while rt.metrics().spawned < before + 2 {
                sleep(std::time::Duration::from_micros(100)).await;
            }
        });
    }

    fn a_private_context_is_not_the_default_one(_: Host) {
        let default = MainContext::default();
        drop(spawn(async {}));
        assert_eq!(sources(&default).len(), 0);
        block_on(yield_now());
        assert_eq!(sources(&default).len(), 0);
        // `Runtime::new` on this thread does not take the default context, either.
        let rt = Runtime::new().unwrap();
        rt.block_on(yield_now());
        assert_eq!(sources(&default).len(), 0);
    }

    on_glib![
        the_thread_default_context_gets_one_on_first_use,
        a_built_runtime_is_the_one_of_its_context,
        a_callback_of_the_context_finds_its_runtime,
        a_private_context_is_not_the_default_one,
    ];
}

on_every_host![
    guards_may_be_dropped_in_any_order,
    the_innermost_guard_decides_when_outer_ones_have_gone,
    a_thread_has_one_of_its_own_on_first_use;
    ours: the_innermost_entered_or_running_one,
    each_coroutine_sees_its_own,
];
