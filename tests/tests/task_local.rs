//! `task_local!`: a value that a future, what it awaits, and its destructors see.

#![forbid(unsafe_code)]

use std::cell::Cell;
use std::future::pending;

use futures_util::join;
use glib_coro::{spawn, task_local, yield_now};
use glib_coro_tests::{Host, Notes, OnDrop, catch_panic, on_every_host};

task_local! {
    static NAME: &'static str;
    /// With an attribute and a visibility.
    pub(crate) static COUNT: Cell<u32>;
}

async fn observe(yields: usize) -> Vec<&'static str> {
    let mut seen = vec![NAME.get()];
    for _ in 0..yields {
        yield_now().await;
        seen.push(NAME.get());
    }
    seen
}

fn each_future_sees_its_own_value(host: Host) {
    host.runtime().block_on(async {
        let a = spawn(NAME.scope("a", observe(3)));
        let b = spawn(NAME.scope("b", observe(3)));
        let (c, d) = join!(NAME.scope("c", observe(2)), NAME.scope("d", observe(2)));
        assert_eq!((c, d), (vec!["c"; 3], vec!["d"; 3]));
        assert_eq!(a.await.unwrap(), ["a"; 4]);
        assert_eq!(b.await.unwrap(), ["b"; 4]);
        assert!(
            NAME.try_with(|_| ()).is_err(),
            "not inherited, not left behind"
        );
    });
}

fn scopes_nest(host: Host) {
    let outer = async {
        assert_eq!(NAME.scope("inner", observe(1)).await, ["inner"; 2]);
        NAME.sync_scope("sync", || assert_eq!(NAME.get(), "sync"));
        observe(1).await
    };
    assert_eq!(
        host.runtime().block_on(NAME.scope("outer", outer)),
        ["outer"; 2]
    );
}

fn values_can_change(host: Host) {
    host.runtime().block_on(COUNT.scope(Cell::new(1), async {
        yield_now().await;
        COUNT.with(|count| count.set(count.get() + 1));
        yield_now().await;
        assert_eq!(COUNT.with(Cell::get), 2);
    }));
}

fn destructors_see_the_value(host: Host) {
    let rt = host.runtime();
    let seen = Notes::new();
    let guarded = |seen: &Notes<&'static str>| {
        let seen = seen.clone();
        OnDrop::new(move || seen.push(NAME.try_with(|name| *name).unwrap_or("nothing")))
    };
    let aborted = rt.spawn(NAME.scope("aborted", {
        let guard = guarded(&seen);
        async move {
            let _guard = guard;
            pending::<()>().await;
        }
    }));
    rt.block_on(yield_now());
    aborted.abort();
    assert!(rt.block_on(aborted).unwrap_err().is_cancelled());
    let unpolled = guarded(&seen);
    drop(NAME.scope("unpolled", async move { drop(unpolled) }));
    let done = guarded(&seen);
    rt.block_on(NAME.scope("done", async move {
        let _guard = done;
    }));
    let _forever = rt.spawn(NAME.scope("ended", {
        let guard = guarded(&seen);
        async move {
            let _guard = guard;
            pending::<()>().await;
        }
    }));
    drop(rt);
    assert_eq!(seen.take(), ["aborted", "unpolled", "done", "ended"]);
}

fn outside_a_scope_it_panics_at_the_caller(_: Host) {
    let panic = catch_panic(|| NAME.get());
    assert!(panic.message.contains("in scope"), "{panic:?}");
    assert!(panic.file.ends_with("task_local.rs"), "{panic:?}");
}

/// While one coroutine looks at its value and runs a nested loop meanwhile, others have theirs.
fn looking_at_a_value_keeps_no_other_from_its_own(host: Host) {
    host.runtime().block_on(async {
        let other = spawn(NAME.scope("other", async {
            let mut seen = observe(3).await;
            seen.extend(NAME.scope("inner", observe(2)).await);
            seen.push(NAME.get());
            seen
        }));
        let looking = spawn(NAME.scope("looking", async {
            NAME.with(|name| {
                glib_coro::block_on(async {
                    for _ in 0..20 {
                        yield_now().await;
                    }
                });
                assert_eq!(NAME.get(), *name, "looked at twice");
            });
            observe(1).await
        }));
        assert_eq!(looking.await.unwrap(), ["looking"; 2]);
        let seen = [
            "other", "other", "other", "other", "inner", "inner", "inner", "other",
        ];
        assert_eq!(other.await.unwrap(), seen);
        assert!(NAME.try_with(|_| ()).is_err(), "nothing is left behind");
    });
}

/// What a nested loop polls inside of a scope is not part of that scope, however the loop is started.
fn a_nested_loop_shows_the_value_to_its_own_future_alone(host: Host) {
    let peek = || NAME.try_with(|name| *name).ok();
    let observe = move || async move {
        let mut seen = Vec::new();
        for _ in 0..10 {
            seen.push(peek());
            yield_now().await;
        }
        seen
    };
    host.runtime().block_on(NAME.scope("root", async move {
        let stranger = spawn(observe());
        let scoped = spawn(NAME.scope("scoped", async move {
            let own = glib_coro::block_on(async move {
                let born_inside = spawn(observe());
                let twice_nested = spawn(async move { glib_coro::block_on(observe()) });
                let deeper = glib_coro::block_on(observe());
                assert_eq!(deeper, [Some("scoped"); 10], "twice nested");
                assert_eq!(born_inside.await.unwrap(), [None; 10]);
                assert_eq!(twice_nested.await.unwrap(), [None; 10]);
                peek()
            });
            (own, peek())
        }));
        assert_eq!(scoped.await.unwrap(), (Some("scoped"), Some("scoped")));
        assert_eq!(stranger.await.unwrap(), [None; 10]);
        assert_eq!(peek(), Some("root"));
    }));
}

/// The loop that a coroutine nests inside of its scope may poll the future of a `block_on` further down.
fn a_future_that_is_polled_inside_of_a_stranger_s_scope_sees_its_own_value(host: Host) {
    fn nest() {
        let inside = glib_coro::block_on(async {
            for _ in 0..10 {
                yield_now().await;
            }
            NAME.get()
        });
        assert_eq!((inside, NAME.get()), ("stranger", "stranger"));
    }
    let peek = || NAME.try_with(|name| *name).ok();
    let runtime = host.runtime();
    for look in [false, true] {
        NAME.sync_scope("caller", || {
            runtime.block_on(async {
                let stranger = spawn(NAME.scope("stranger", async move {
                    if look { NAME.with(|_| nest()) } else { nest() }
                }));
                for _ in 0..20 {
                    assert_eq!(peek(), Some("caller"));
                    NAME.scope("inner", async { assert_eq!(peek(), Some("inner")) })
                        .await;
                    yield_now().await;
                }
                stranger.await.unwrap();
            });
            assert_eq!(peek(), Some("caller"));
        });
        assert_eq!(peek(), None);
    }
}

on_every_host![
    each_future_sees_its_own_value,
    scopes_nest,
    values_can_change,
    destructors_see_the_value,
    outside_a_scope_it_panics_at_the_caller;
    ours: looking_at_a_value_keeps_no_other_from_its_own,
    a_nested_loop_shows_the_value_to_its_own_future_alone,
    a_future_that_is_polled_inside_of_a_stranger_s_scope_sees_its_own_value,
];
