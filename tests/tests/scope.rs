//! `scope`: children borrow, share their caller's fate, and never outlive the call.

#![forbid(unsafe_code)]

use std::cell::{Cell, OnceCell, RefCell};
use std::future::{Future, pending};
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::FutureExt;
use glib_coro::task::{self, Scope, scope};
use glib_coro::{sleep, spawn, timeout, yield_now};
use glib_coro_tests::{Counter, DropNote, Host, Notes, on_drop, on_every_host};

fn children_borrow_and_end_before_the_call(host: Host) {
    let order = RefCell::new(Vec::new());
    let result: Result<&str, ()> = host.runtime().block_on(scope(async |scope| {
        for name in ["a", "b"] {
            let order = &order;
            scope.spawn(async move {
                order.borrow_mut().push((name, 1));
                yield_now().await;
                order.borrow_mut().push((name, 2));
                Ok(())
            });
        }
        order.borrow_mut().push(("body", 0));
        Ok("body")
    }));
    assert_eq!(result, Ok("body"));
    assert_eq!(
        order.into_inner(),
        [("body", 0), ("a", 1), ("b", 1), ("a", 2), ("b", 2)]
    );
}

fn the_first_error_drops_the_others_and_is_returned(host: Host) {
    let drops = DropNote::new();
    let result: Result<(), &str> = host.runtime().block_on(scope(async |scope| {
        for _ in 0..3 {
            let guard = drops.guard();
            scope.spawn(async move {
                let _guard = guard;
                pending().await
            });
        }
        scope.spawn(async {
            yield_now().await;
            Err("first")
        });
        scope.spawn(async {
            sleep(Duration::from_secs(3600)).await;
            Err("never")
        });
        pending().await
    }));
    assert_eq!(result, Err("first"));
    assert_eq!(drops.count(), 3);
}

fn an_error_of_the_function_drops_the_children(host: Host) {
    let drops = DropNote::new();
    let result: Result<(), &str> = host.runtime().block_on(scope(async |scope| {
        let guard = drops.guard();
        scope.spawn(async move {
            let _guard = guard;
            pending().await
        });
        yield_now().await;
        Err("body")
    }));
    assert_eq!((result, drops.count()), (Err("body"), 1));
}

fn a_panic_of_a_child_goes_on_in_the_caller(host: Host) {
    let rt = host.runtime();
    let drops = DropNote::new();
    let caller = rt.spawn({
        let guard = drops.guard();
        async move {
            scope::<(), (), _>(async |scope| {
                scope.spawn(async move {
                    let _guard = guard;
                    pending().await
                });
                scope.spawn(async { panic!("child") });
                Ok(())
            })
            .await
        }
    });
    let error = rt.block_on(caller).unwrap_err();
    assert!(error.to_string().ends_with("panicked: child"), "{error}");
    assert_eq!(drops.count(), 1);
}

fn dropping_the_call_drops_the_children(host: Host) {
    let rt = host.runtime();
    let drops = DropNote::new();
    rt.block_on(async {
        let call = scope::<(), (), _>(async |scope| {
            let guard = drops.guard();
            scope.spawn(async move {
                let _guard = guard;
                pending().await
            });
            pending().await
        });
        assert!(timeout(Duration::from_millis(1), call).await.is_err());
        assert_eq!(drops.count(), 1);
    });
}

fn a_caller_that_is_aborted_takes_its_children_along(host: Host) {
    let rt = host.runtime();
    let drops = DropNote::new();
    let caller = rt.spawn({
        let guard = drops.guard();
        async move {
            let _: Result<(), ()> = scope(async |scope| {
                scope.spawn(async move {
                    let _guard = guard;
                    pending().await
                });
                pending().await
            })
            .await;
        }
    });
    rt.block_on(yield_now());
    caller.abort();
    assert!(rt.block_on(caller).unwrap_err().is_cancelled());
    assert_eq!(drops.count(), 1);
}

fn children_spawn_siblings(host: Host) {
    fn tree<'env>(scope: Scope<'env, ()>, leaves: &'env Cell<u32>, depth: u32) {
        let siblings = scope.clone();
        scope.spawn(async move {
            if depth == 0 {
                leaves.set(leaves.get() + 1);
            } else {
                tree(siblings.clone(), leaves, depth - 1);
                yield_now().await;
                tree(siblings, leaves, depth - 1);
            }
            Ok(())
        });
    }
    let leaves = Cell::new(0);
    let result = host.runtime().block_on(scope(async |scope| {
        tree(scope, &leaves, 6);
        Ok(())
    }));
    assert_eq!((result, leaves.get()), (Ok(()), 64));
}

fn a_child_added_from_outside_wakes_the_caller(host: Host) {
    let rt = host.runtime();
    let handle = Rc::new(RefCell::new(None));
    let ran = Notes::new();
    let caller = rt.spawn({
        let (handle, ran) = (handle.clone(), ran.clone());
        async move {
            scope::<(), &str, _>(async |scope| {
                *handle.borrow_mut() = Some((scope, ran));
                pending().await
            })
            .await
        }
    });
    rt.block_on(async {
        yield_now().await;
        let (scope, ran) = handle.take().expect("the caller runs by now");
        scope.spawn(async move {
            ran.push(());
            Err("enough")
        });
        assert_eq!(caller.await.unwrap(), Err("enough"));
        // Nobody polls a child of a scope that has ended: it is dropped at once.
        let drops = DropNote::new();
        let guard = drops.guard();
        scope.spawn(async move {
            let _guard = guard;
            Ok(())
        });
        assert_eq!(drops.count(), 1);
    });
    assert_eq!(ran.len(), 1);
}

fn children_are_part_of_the_caller(host: Host) {
    host.runtime().block_on(async {
        let caller = task::id();
        let result: Result<(), ()> = scope(async |scope| {
            scope.spawn(async move {
                assert_eq!(task::id(), caller);
                Ok(())
            });
            // A coroutine of its own runs while the children wait.
            spawn(async {}).await.unwrap();
            Ok(())
        })
        .await;
        assert_eq!(result, Ok(()));
        let mut unpolled = pin!(scope::<(), (), _>(async |_| Ok(())));
        assert_eq!((&mut unpolled).now_or_never(), Some(Ok(())));
    });
}

/// A waker's destructor is anybody's code.
fn a_displaced_waker_may_spawn_a_child(host: Host) {
    host.runtime().block_on(async {
        let outside = Rc::new(OnceCell::new());
        let mut call = pin!(scope::<(), _, _>(async |scope| {
            outside.set(scope).expect("called once");
            pending().await
        }));
        let spawner = outside.clone();
        let waker = on_drop(move || {
            let scope: &Scope<'_, u32> = spawner.get().expect("the function was called");
            scope.spawn(async { Err(42) });
        });
        let mut cx = Context::from_waker(&waker);
        assert_eq!(call.as_mut().poll(&mut cx), Poll::Pending);
        // The clone that the scope keeps is to be the first that is dropped.
        std::mem::forget(waker);
        assert_eq!(call.await, Err(42));
    });
}

fn children_that_always_bring_siblings_let_others_run(host: Host) {
    host.runtime().block_on(async {
        let others = Rc::new(Cell::new(0));
        let counted = others.clone();
        let other = spawn(async move {
            loop {
                counted.set(counted.get() + 1);
                yield_now().await;
            }
        });
        let result: Result<(), u32> = scope(async |scope| {
            let siblings = scope.clone();
            scope.spawn(async move {
                for _ in 0..10_000 {
                    siblings.spawn(async { Ok(()) });
                    yield_now().await;
                }
                Err(others.get())
            });
            Ok(())
        })
        .await;
        let turns = result.unwrap_err();
        assert!(turns > 10, "others ran {turns} times");
        other.abort();
    });
}

fn siblings_pause_while_a_child_runs_a_loop_of_its_own(host: Host) {
    let [others, siblings] = [Counter::new(), Counter::new()];
    host.runtime().block_on(async {
        let count = async |counter: Counter| {
            loop {
                counter.add();
                yield_now().await;
            }
        };
        let other = spawn(count(others.clone()));
        let result: Result<(), ()> = scope(async |scope| {
            scope.spawn(count(siblings.clone()));
            scope.spawn(async {
                yield_now().await;
                let before = [others.get(), siblings.get()];
                glib_coro::block_on(sleep(Duration::from_millis(10)));
                assert!(others.get() > before[0], "the other coroutine paused");
                assert_eq!(siblings.get(), before[1]);
                Err(())
            });
            Ok(())
        })
        .await;
        assert_eq!(result, Err(()));
        other.abort();
    });
}

on_every_host![
    a_displaced_waker_may_spawn_a_child,
    children_that_always_bring_siblings_let_others_run,
    children_borrow_and_end_before_the_call,
    the_first_error_drops_the_others_and_is_returned,
    an_error_of_the_function_drops_the_children,
    a_panic_of_a_child_goes_on_in_the_caller,
    dropping_the_call_drops_the_children,
    a_caller_that_is_aborted_takes_its_children_along,
    children_spawn_siblings,
    a_child_added_from_outside_wakes_the_caller,
    children_are_part_of_the_caller;
    ours:
    siblings_pause_while_a_child_runs_a_loop_of_its_own,
];
