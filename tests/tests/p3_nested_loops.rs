//! P3: a coroutine may run a loop inside its poll; everything else goes on meanwhile.

#![forbid(unsafe_code)]

use std::cell::Cell;
use std::future::{pending, poll_fn};
use std::io::Write;
use std::os::unix::net::UnixStream;
use std::rc::Rc;
use std::task::Poll;
use std::thread;
use std::time::Duration;

use futures_util::{AsyncReadExt, AsyncWriteExt};
use glib_coro::task::{Builder, Priority};
use glib_coro::{Async, Handle, readable, sleep, spawn, yield_now};
use glib_coro_tests::{Counter, DropNote, Host, Notes, OnDrop, on_every_host, on_glib};

const MS: Duration = Duration::from_millis(1);

/// Blocks on something that needs timers, descriptors, other threads and other coroutines, `levels` deep.
fn nest(levels: usize, deepest: &Counter) {
    glib_coro::block_on(async {
        // All of it is created in the turn that starts the nested loop.
        let timer = spawn(sleep(2 * MS));
        let (ours, mut theirs) = UnixStream::pair().unwrap();
        let reader = spawn(async move { readable(&ours).await });
        let handle = Handle::current();
        let remote = thread::spawn(move || handle.spawn(async { 6 * 7 }));
        theirs.write_all(b"x").unwrap();
        if levels > 1 {
            nest(levels - 1, deepest);
        } else {
            deepest.add();
        }
        timer.await.unwrap();
        reader.await.unwrap().unwrap();
        assert_eq!(remote.join().unwrap().await.unwrap(), 42);
        sleep(MS).await;
    });
}

fn block_on_nests_three_levels_deep(host: Host) {
    let rt = host.runtime();
    let deepest = Counter::new();
    let ticks = Counter::new();
    rt.block_on(async {
        let ticker = spawn({
            let ticks = ticks.clone();
            async move {
                loop {
                    sleep(MS).await;
                    ticks.add();
                }
            }
        });
        let nester = spawn({
            let (deepest, ticks) = (deepest.clone(), ticks.clone());
            async move {
                yield_now().await;
                let before = ticks.get();
                nest(3, &deepest);
                assert!(ticks.get() > before, "the ticker paused");
            }
        });
        nester.await.unwrap();
        ticker.abort();
    });
    assert_eq!(deepest.get(), 1);
}

fn block_on_inside_the_root_of_block_on(host: Host) {
    let rt = host.runtime();
    let value = rt.block_on(async {
        let spawned = spawn(async { 1 });
        rt.block_on(async { 2 + glib_coro::block_on(async { spawned.await.unwrap() }) })
    });
    assert_eq!(value, 3);
}

fn a_nested_loop_waits_for_a_timer_of_the_same_turn(host: Host) {
    let rt = host.runtime();
    let ticks = Counter::new();
    rt.block_on(async {
        let ticks = ticks.clone();
        spawn(async move {
            let counted = ticks.clone();
            let ticker = spawn(async move {
                for _ in 0..10 {
                    sleep(MS).await;
                    counted.add();
                }
            });
            glib_coro::block_on(ticker).unwrap();
            assert_eq!(ticks.get(), 10);
        })
        .await
        .unwrap();
    });
}

fn the_coroutine_on_the_stack_is_never_re_entered(host: Host) {
    let rt = host.runtime();
    rt.block_on(async {
        let on_stack = Rc::new(Cell::new(false));
        let polls = Counter::new();
        let wakes = Counter::new();
        let nester = {
            let (on_stack, polls, wakes) = (on_stack.clone(), polls.clone(), wakes.clone());
            poll_fn(move |cx| {
                assert!(!on_stack.replace(true), "polled while it is on the stack");
                let _off = OnDrop::new(|| on_stack.set(false));
                if polls.add() == 2 {
                    return Poll::Ready(());
                }
                // Somebody wakes it all the time, here and on another thread.
                let waker = cx.waker().clone();
                let wakes = wakes.clone();
                let other = spawn(async move {
                    for _ in 0..100 {
                        waker.wake_by_ref();
                        wakes.add();
                        yield_now().await;
                    }
                    thread::spawn(move || waker.wake()).join().unwrap();
                    sleep(MS).await;
                });
                glib_coro::block_on(other).unwrap();
                Poll::Pending
            })
        };
        spawn(nester).await.unwrap();
        assert_eq!(polls.get(), 3, "one poll for each burst of wakes");
        assert_eq!(wakes.get(), 200);
    });
}

fn a_coroutine_woken_while_it_nests_is_polled_afterwards(host: Host) {
    let rt = host.runtime();
    let polls = Counter::new();
    let task = rt.spawn({
        let polls = polls.clone();
        poll_fn(move |cx| {
            if polls.add() > 0 {
                return Poll::Ready(());
            }
            let waker = cx.waker().clone();
            glib_coro::block_on(async move {
                waker.wake();
                sleep(MS).await;
            });
            Poll::Pending
        })
    });
    rt.block_on(task).unwrap();
    assert_eq!(polls.get(), 2);
}

fn aborting_a_coroutine_that_nests_drops_it_when_its_poll_returns(host: Host) {
    let rt = host.runtime();
    let drops = DropNote::new();
    let nested = Counter::new();
    let task = rt.spawn({
        let (guard, drops, nested) = (drops.guard(), drops.clone(), nested.clone());
        async move {
            let _guard = guard;
            glib_coro::block_on(async {
                sleep(5 * MS).await;
                nested.add();
            });
            assert_eq!(drops.count(), 0);
            pending::<()>().await;
        }
    });
    rt.block_on(async {
        let abort = task.abort_handle();
        spawn(async move {
            sleep(MS).await;
            abort.abort();
        });
        assert!(task.await.unwrap_err().is_cancelled());
        assert_eq!(drops.count(), 1);
        assert_eq!(nested.get(), 1, "the nested loop came to its end");
    });
}

fn a_panic_in_a_nested_loop_ends_the_coroutine_that_nests(host: Host) {
    let rt = host.runtime();
    rt.block_on(async {
        let task = spawn(async {
            glib_coro::block_on(async {
                sleep(MS).await;
                panic!("nested boom");
            })
        });
        let error = task.await.unwrap_err();
        assert!(
            error.to_string().ends_with("panicked: nested boom"),
            "{error}"
        );
    });
}

fn a_panic_of_another_coroutine_does_not_disturb_a_nested_loop(host: Host) {
    let rt = host.runtime();
    rt.block_on(async {
        let task = spawn(async {
            let other = spawn(async {
                sleep(MS).await;
                panic!("not yours");
            });
            glib_coro::block_on(async {
                sleep(5 * MS).await;
                assert!(other.await.unwrap_err().is_panic());
            });
            "fine"
        });
        assert_eq!(task.await.unwrap(), "fine");
    });
}

fn a_destructor_may_nest_while_its_coroutine_is_aborted(host: Host) {
    let rt = host.runtime();
    let steps = Notes::new();
    rt.block_on(async {
        let task = spawn({
            let steps = steps.clone();
            async move {
                let _nests = OnDrop::new(move || {
                    glib_coro::block_on(async {
                        sleep(MS).await;
                        steps.push("cleaned up");
                    });
                });
                pending::<()>().await;
            }
        });
        yield_now().await;
        task.abort();
        assert!(task.await.unwrap_err().is_cancelled());
        steps.push("joined");
    });
    assert_eq!(steps.take(), ["cleaned up", "joined"]);
}

fn a_runtime_nests_inside_a_coroutine_of_another(host: Host) {
    let outer = host.runtime();
    outer.block_on(async {
        let before = spawn(async { "outer" });
        spawn(async move {
            let inner = host.runtime();
            let value = inner.block_on(async {
                sleep(MS).await;
                spawn(async { "inner" }).await.unwrap()
            });
            assert_eq!(value, "inner");
            assert!(inner.metrics().spawned >= 2);
            let spawned = outer_spawns();
            assert_eq!(spawned.await.unwrap(), "current again");
        })
        .await
        .unwrap();
        assert_eq!(before.await.unwrap(), "outer");
    });

    fn outer_spawns() -> glib_coro::JoinHandle<&'static str> {
        spawn(async { "current again" })
    }
}

fn every_priority_goes_on_under_a_nested_loop(host: Host) {
    let rt = host.runtime();
    let nester = rt.spawn(async {
        let tasks = Priority::ALL.map(|priority| {
            Builder::new().priority(priority).spawn(async move {
                sleep(MS).await;
                yield_now().await;
                priority
            })
        });
        glib_coro::block_on(async {
            for task in tasks {
                task.await.unwrap();
            }
        });
    });
    rt.block_on(nester).unwrap();
}

fn ten_coroutines_nest_at_once_and_end_in_any_order(host: Host) {
    let rt = host.runtime();
    let ended = Notes::new();
    rt.block_on(async {
        let tasks: Vec<_> = (0..10_u32)
            .map(|number| {
                let ended = ended.clone();
                spawn(async move {
                    glib_coro::block_on(sleep((10 - number) * MS));
                    ended.push(number);
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
    });
    assert_eq!(ended.len(), 10);
}

fn thousands_of_reads_in_a_nested_loop_do_not_get_stuck(host: Host) {
    let rt = host.runtime();
    let nester = rt.spawn(async {
        glib_coro::block_on(async {
            let (a, b) = UnixStream::pair().unwrap();
            let (mut a, mut b) = (Async::new(a).unwrap(), Async::new(b).unwrap());
            for _ in 0..1_000 {
                a.write_all(b"x").await.unwrap();
                b.read_exact(&mut [0]).await.unwrap();
            }
        });
    });
    rt.block_on(nester).unwrap();
}

on_every_host![; ours:
    block_on_nests_three_levels_deep,
    block_on_inside_the_root_of_block_on,
    a_nested_loop_waits_for_a_timer_of_the_same_turn,
    the_coroutine_on_the_stack_is_never_re_entered,
    a_coroutine_woken_while_it_nests_is_polled_afterwards,
    aborting_a_coroutine_that_nests_drops_it_when_its_poll_returns,
    a_panic_in_a_nested_loop_ends_the_coroutine_that_nests,
    a_panic_of_another_coroutine_does_not_disturb_a_nested_loop,
    a_destructor_may_nest_while_its_coroutine_is_aborted,
    a_runtime_nests_inside_a_coroutine_of_another,
    every_priority_goes_on_under_a_nested_loop,
    ten_coroutines_nest_at_once_and_end_in_any_order,
    thousands_of_reads_in_a_nested_loop_do_not_get_stuck,
];

#[cfg(feature = "glib")]
mod main_loops {
    use ::glib::{MainContext, MainLoop};
    use glib_coro::Runtime;

    use super::*;

    /// Runs a `MainLoop` inside the calling coroutine's poll, as a dialog does, and the next level inside
    /// a coroutine that runs inside it.
    fn dialog(context: MainContext, level: usize, seen: Notes<String>) {
        let main_loop = MainLoop::new(Some(&context), false);
        // Everything below is created in the turn that starts the nested loop.
        let timer = spawn({
            let (main_loop, seen, context) = (main_loop.clone(), seen.clone(), context.clone());
            async move {
                sleep(2 * MS).await;
                seen.push(format!("timer {level}"));
                if level < 3 {
                    let deeper = seen.clone();
                    spawn(async move { dialog(context, level + 1, deeper) })
                        .await
                        .unwrap();
                }
                main_loop.quit();
            }
        });
        let (ours, mut theirs) = UnixStream::pair().unwrap();
        let reader = spawn({
            let seen = seen.clone();
            async move {
                readable(&ours).await.unwrap();
                seen.push(format!("descriptor {level}"));
            }
        });
        theirs.write_all(b"x").unwrap();
        context.spawn_local({
            let seen = seen.clone();
            async move {
                ::glib::timeout_future(MS).await;
                seen.push(format!("glib-rs {level}"));
            }
        });
        main_loop.run();
        assert!(timer.is_finished() || level > 0, "quit came from the timer");
        assert!(reader.is_finished());
    }

    pub(super) fn main_loops_nest_three_levels_deep(_: Host) {
        let context = MainContext::new();
        let rt = Runtime::builder().main_context(&context).build().unwrap();
        let seen = Notes::new();
        let ticks = Counter::new();
        rt.block_on(async {
            let ticker = spawn({
                let ticks = ticks.clone();
                async move {
                    loop {
                        sleep(MS).await;
                        ticks.add();
                    }
                }
            });
            let (seen, context) = (seen.clone(), context.clone());
            let on_stack = ticks.clone();
            spawn(async move {
                dialog(context, 1, seen);
                assert!(on_stack.get() > 0, "the ticker paused");
                // The foreign futures of the inner levels may still wait for their millisecond.
                sleep(5 * MS).await;
            })
            .await
            .unwrap();
            ticker.abort();
        });
        let mut seen = seen.take();
        seen.sort();
        let all = ["descriptor", "glib-rs", "timer"]
            .iter()
            .flat_map(|what| (1..=3).map(move |level| format!("{what} {level}")))
            .collect::<Vec<_>>();
        assert_eq!(seen, all);
    }

    pub(super) fn glib_rs_futures_run_beside_ours_under_a_nested_main_loop(_: Host) {
        let context = MainContext::new();
        let rt = Runtime::builder().main_context(&context).build().unwrap();
        let (ours, theirs) = (Counter::new(), Counter::new());
        rt.block_on(async {
            let (context, ours, theirs) = (context.clone(), ours.clone(), theirs.clone());
            spawn(async move {
                let main_loop = MainLoop::new(Some(&context), false);
                context.spawn_local({
                    let theirs = theirs.clone();
                    async move {
                        for _ in 0..20 {
                            ::glib::timeout_future(MS).await;
                            theirs.add();
                        }
                    }
                });
                spawn({
                    let (main_loop, ours, theirs) =
                        (main_loop.clone(), ours.clone(), theirs.clone());
                    async move {
                        while theirs.get() < 20 {
                            sleep(MS).await;
                            ours.add();
                        }
                        main_loop.quit();
                    }
                });
                main_loop.run();
            })
            .await
            .unwrap();
        });
        assert_eq!(theirs.get(), 20);
        assert!(ours.get() > 0);
    }

    /// The budget of operations per poll is the coroutine's: a foreign future that is polled while a
    /// coroutine is on the stack has its own ways.
    pub(super) fn thousands_of_reads_in_spawn_local_under_a_nested_main_loop(_: Host) {
        let context = MainContext::new();
        let rt = Runtime::builder().main_context(&context).build().unwrap();
        let nester = rt.spawn({
            let context = context.clone();
            async move {
                let main_loop = MainLoop::new(Some(&context), false);
                let (a, b) = UnixStream::pair().unwrap();
                let (mut a, mut b) = (Async::new(a).unwrap(), Async::new(b).unwrap());
                context.spawn_local({
                    let main_loop = main_loop.clone();
                    async move {
                        for _ in 0..1_000 {
                            a.write_all(b"x").await.unwrap();
                            b.read_exact(&mut [0]).await.unwrap();
                        }
                        main_loop.quit();
                    }
                });
                main_loop.run();
            }
        });
        rt.block_on(nester).unwrap();
    }

    pub(super) fn a_main_loop_inside_block_on_inside_a_main_loop(_: Host) {
        let context = MainContext::new();
        let rt = Runtime::builder().main_context(&context).build().unwrap();
        let steps = Notes::new();
        let outer = MainLoop::new(Some(&context), false);
        rt.spawn({
            let (outer, context, steps) = (outer.clone(), context.clone(), steps.clone());
            async move {
                glib_coro::block_on(async {
                    sleep(MS).await;
                    steps.push("block_on");
                    let inner = MainLoop::new(Some(&context), false);
                    spawn({
                        let inner = inner.clone();
                        async move {
                            sleep(MS).await;
                            inner.quit();
                        }
                    });
                    inner.run();
                    steps.push("inner loop");
                });
                steps.push("outer loop");
                outer.quit();
            }
        });
        outer.run();
        assert_eq!(steps.take(), ["block_on", "inner loop", "outer loop"]);
    }

    pub(super) fn a_wake_from_a_glib_callback_under_a_nested_main_loop(_: Host) {
        let context = MainContext::new();
        let rt = Runtime::builder().main_context(&context).build().unwrap();
        let (sender, receiver) = futures_util::future::abortable(pending::<()>());
        let waiter = rt.spawn(sender);
        let nester = rt.spawn({
            let context = context.clone();
            async move {
                let main_loop = MainLoop::new(Some(&context), false);
                let source = ::glib::timeout_source_new(MS, None, ::glib::Priority::DEFAULT, {
                    let receiver = receiver.clone();
                    move || {
                        receiver.abort();
                        ::glib::ControlFlow::Break
                    }
                });
                source.attach(Some(&context));
                spawn({
                    let main_loop = main_loop.clone();
                    async move {
                        assert!(waiter.await.unwrap().is_err());
                        main_loop.quit();
                    }
                });
                main_loop.run();
            }
        });
        rt.block_on(nester).unwrap();
    }
}

#[cfg(feature = "glib")]
use main_loops::*;

on_glib![
    main_loops_nest_three_levels_deep,
    glib_rs_futures_run_beside_ours_under_a_nested_main_loop,
    thousands_of_reads_in_spawn_local_under_a_nested_main_loop,
    a_main_loop_inside_block_on_inside_a_main_loop,
    a_wake_from_a_glib_callback_under_a_nested_main_loop,
];
