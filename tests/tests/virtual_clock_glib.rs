//! The paused clock beside GLib's own sources.

#![forbid(unsafe_code)]
#![cfg(all(feature = "glib", feature = "test-util"))]

use std::cell::Cell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use glib::{ControlFlow, MainContext, MainLoop};
use glib_coro::task::{Builder, CancellationToken, Priority};
use glib_coro::time::now;
use glib_coro::{Runtime, sleep, spawn, yield_now};
use glib_coro_tests::glib_view::sources;
use glib_coro_tests::{Host, Notes, on_glib};

const HOUR: Duration = Duration::from_secs(3600);

fn paused() -> (Runtime, MainContext) {
    let context = MainContext::new();
    let builder = Runtime::builder().main_context(&context);
    (builder.start_paused(true).build().unwrap(), context)
}

fn ready_sources_of_whatever_priority_go_before_the_jump(_: Host) {
    for priority in [i32::MIN, -100, 0, 1, 120, 200, 300, 100_000] {
        let (rt, context) = paused();
        let rounds = Rc::new(Cell::new(0));
        let source = glib::idle_source_new(None, priority.into(), {
            let rounds = glib::thread_guard::ThreadGuard::new(rounds.clone());
            move || {
                let rounds = rounds.get_ref();
                rounds.set(rounds.get() + 1);
                if rounds.get() < 100 {
                    ControlFlow::Continue
                } else {
                    ControlFlow::Break
                }
            }
        });
        source.attach(Some(&context));
        rt.block_on(async {
            let start = now();
            sleep(HOUR).await;
            assert_eq!(rounds.get(), 100, "priority {priority}");
            assert_eq!(now() - start, HOUR);
        });
    }
}

fn what_a_jump_brings_about_in_glib_goes_before_the_next_one(_: Host) {
    let (rt, context) = paused();
    let notes = Notes::new();
    rt.block_on(async {
        let start = now();
        let other = spawn({
            let notes = notes.clone();
            async move {
                sleep(2 * HOUR).await;
                notes.push(("timer", now() - start));
            }
        });
        sleep(HOUR).await;
        let noted = glib::thread_guard::ThreadGuard::new(notes.clone());
        let source = glib::idle_source_new(None, glib::Priority::LOW, move || {
            noted.get_ref().push(("low", now() - start));
            ControlFlow::Break
        });
        source.attach(Some(&context));
        other.await.unwrap();
    });
    assert_eq!(notes.take(), [("low", HOUR), ("timer", 2 * HOUR)]);
}

fn glibs_timeouts_stay_on_real_time(_: Host) {
    let (rt, context) = paused();
    let token = CancellationToken::new();
    let fired = token.clone();
    let real = Instant::now();
    let timeout = glib::timeout_source_new(
        Duration::from_millis(30),
        None,
        glib::Priority::DEFAULT,
        move || {
            fired.cancel();
            ControlFlow::Break
        },
    );
    timeout.attach(Some(&context));
    rt.block_on(async {
        // It does not hold the clock back ..
        let start = now();
        sleep(HOUR).await;
        // .. nor is it carried along.
        token.cancelled().await;
        assert!(real.elapsed() >= Duration::from_millis(30));
        assert_eq!(now() - start, HOUR);
    });
}

fn a_main_loop_jumps_as_block_on_does(_: Host) {
    let (rt, context) = paused();
    let main_loop = MainLoop::new(Some(&context), false);
    let start = rt.block_on(async { now() });
    let seen = Notes::new();
    let task = rt.spawn({
        let (main_loop, seen) = (main_loop.clone(), seen.clone());
        async move {
            for _ in 0..3 {
                sleep(HOUR).await;
                seen.push(now() - start);
            }
            main_loop.quit();
        }
    });
    main_loop.run();
    assert!(task.is_finished());
    assert_eq!(seen.take(), [HOUR, 2 * HOUR, 3 * HOUR]);
}

fn callbacks_of_the_context_see_the_clock(_: Host) {
    let (rt, context) = paused();
    let seen = Notes::new();
    rt.block_on(async {
        sleep(HOUR).await;
        let expected = now();
        let noted = glib::thread_guard::ThreadGuard::new(seen.clone());
        let source = glib::idle_source_new(None, glib::Priority::DEFAULT, move || {
            noted.get_ref().push(now());
            ControlFlow::Break
        });
        source.attach(Some(&context));
        sleep(HOUR).await;
        assert_eq!(seen.take(), [expected]);
    });
}

fn a_nested_main_loop_jumps(_: Host) {
    let (rt, context) = paused();
    rt.block_on(async {
        let start = now();
        let beside = spawn(async move {
            sleep(HOUR).await;
            now() - start
        });
        let nested = MainLoop::new(Some(&context), false);
        spawn({
            let nested = nested.clone();
            async move {
                sleep(2 * HOUR).await;
                nested.quit();
            }
        });
        nested.run();
        assert_eq!(now() - start, 2 * HOUR);
        assert_eq!(beside.await.unwrap(), HOUR);
    });
}

fn the_clock_is_one_more_source_from_its_first_jump_on(_: Host) {
    let (rt, context) = paused();
    rt.block_on(yield_now());
    assert_eq!((rt.metrics().sources, sources(&context).len()), (1, 1));
    rt.block_on(async { sleep(HOUR).await });
    assert_eq!((rt.metrics().sources, sources(&context).len()), (2, 2));
    rt.block_on(async {
        for priority in Priority::ALL {
            Builder::new()
                .priority(priority)
                .spawn(async { sleep(HOUR).await })
                .await
                .unwrap();
        }
    });
    assert_eq!((rt.metrics().sources, sources(&context).len()), (4, 4));
    drop(rt);
    assert_eq!(sources(&context).len(), 0);
}

on_glib![
    ready_sources_of_whatever_priority_go_before_the_jump,
    what_a_jump_brings_about_in_glib_goes_before_the_next_one,
    glibs_timeouts_stay_on_real_time,
    a_main_loop_jumps_as_block_on_does,
    callbacks_of_the_context_see_the_clock,
    a_nested_main_loop_jumps,
    the_clock_is_one_more_source_from_its_first_jump_on,
];
