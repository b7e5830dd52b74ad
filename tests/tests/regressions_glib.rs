//! What broke once, on GLib.

#![forbid(unsafe_code)]
#![cfg(feature = "glib")]

use std::cell::{Cell, RefCell};
use std::future::pending;
use std::io::{self, ErrorKind};
use std::rc::Rc;
use std::thread;
use std::time::Duration;

use ::glib::{ControlFlow, MainContext, MainLoop};
use glib_coro::event_loop::{Driver, EventLoop, GLib};
use glib_coro::task::{Builder, Priority};
use glib_coro::{Handle, Runtime, block_on, sleep, spawn, yield_now};
use glib_coro_tests::glib_view::{before_each_poll, sources};
use glib_coro_tests::{Counter, Host, catch_panic, descriptors, on_glib};

fn block_on_in_a_private_context_inside_a_coroutine_of_the_default_one_hung(_: Host) {
    let main_loop = MainLoop::new(None, false);
    let default = MainContext::default();
    let _owned = default.acquire().unwrap();
    let results = Rc::new(RefCell::new(Vec::new()));
    drop(spawn({
        let (main_loop, results) = (main_loop.clone(), results.clone());
        async move {
            let inside = MainContext::new().with_thread_default(|| {
                block_on(async {
                    yield_now().await;
                    sleep(Duration::from_millis(1)).await;
                    1
                })
            });
            results.borrow_mut().push(inside.unwrap());
            main_loop.quit();
        }
    }));
    main_loop.run();
    assert_eq!(results.take(), [1]);
}

fn a_loop_inside_a_turn_of_a_runtime_that_had_ended_was_spinning(_: Host) {
    let context = MainContext::new();
    let iterations = Rc::new(Cell::new(0));
    before_each_poll(&context, {
        let iterations = iterations.clone();
        move || iterations.set(iterations.get() + 1)
    });
    let inside = context.with_thread_default(|| {
        let slot = Rc::new(Cell::new(Some(Runtime::new().unwrap())));
        let inside_turn = catch_panic(|| {
            block_on(async {
                // The descriptor is readable, and nobody is going to collect why.
                let handle = Handle::current();
                thread::spawn(move || drop(handle.spawn(async {})))
                    .join()
                    .unwrap();
                drop(slot.take());
                iterations.set(0);
                iterate_for_twenty_ticks(&context);
                // A loop that spins makes thousands.
                assert!(iterations.get() <= 60, "{} iterations", iterations.get());
                pending::<()>().await;
            })
        });
        assert!(inside_turn.message.contains("ended"), "{inside_turn:?}");
    });
    inside.unwrap();
}

fn block_on_in_a_coroutine_that_had_destroyed_the_source_of_its_runtime_hung(_: Host) {
    let context = MainContext::new();
    let inside = context.with_thread_default(|| {
        let others = Rc::new(Cell::new(None));
        let ended = catch_panic(|| {
            block_on({
                let others = others.clone();
                async move {
                    others.set(Some(spawn(pending::<()>())));
                    yield_now().await;
                    ::glib::main_current_source()
                        .expect("a coroutine runs in a dispatch")
                        .destroy();
                    block_on(sleep(Duration::from_millis(1)));
                }
            });
        });
        assert!(ended.message.contains("ended"), "{ended:?}");
        let other = others.take().expect("it was spawned");
        // There is a new one by now.
        let joined = block_on(async {
            yield_now().await;
            other.await
        });
        assert!(joined.unwrap_err().is_cancelled());
    });
    inside.unwrap();
}

fn iterate_for_twenty_ticks(context: &MainContext) {
    let main_loop = MainLoop::new(Some(context), false);
    let (quit, ticks) = (main_loop.clone(), Cell::new(0));
    let priority = ::glib::Priority::DEFAULT;
    let source = ::glib::timeout_source_new(Duration::from_millis(2), None, priority, move || {
        ticks.set(ticks.get() + 1);
        if ticks.get() < 20 {
            return ControlFlow::Continue;
        }
        quit.quit();
        ControlFlow::Break
    });
    source.attach(Some(context));
    main_loop.run();
}

/// A loop that is given to several runtimes, against the rules.
struct Shared(Rc<GLib>);

impl EventLoop for Shared {
    fn attach(&self, driver: Driver) -> io::Result<()> {
        self.0.attach(driver)
    }

    fn run_until(&self, done: &dyn Fn() -> bool) -> io::Result<()> {
        self.0.run_until(done)
    }
}

fn a_loop_that_was_attached_twice_panicked(_: Host) {
    let context = MainContext::new();
    let host = Rc::new(GLib::new(&context));
    let build = || Runtime::builder().event_loop(Shared(host.clone())).build();
    let rt = build().unwrap();
    let open = descriptors();
    for _ in 0..3 {
        let error = build().map(drop).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::AlreadyExists);
    }
    assert_eq!(descriptors(), open);
    assert_eq!(rt.block_on(async { 1 }), 1);
    // Not after the end of the first, either.
    drop(rt);
    assert_eq!(
        build().map(drop).unwrap_err().kind(),
        ErrorKind::AlreadyExists
    );
}

/// Whether a coroutine of priority high runs beside a source that is always ready, less urgent than it and
/// more urgent than the only source that the runtime has so far.
fn high_runs_beside_a_busy_source(context: &MainContext, spawn: impl FnOnce(Counter)) {
    let busy = ::glib::idle_source_new(None, ::glib::Priority::from(-50), || ControlFlow::Continue);
    busy.attach(Some(context));
    let ran = Counter::new();
    for _ in 0..3 {
        context.iteration(true);
    }
    spawn(ran.clone());
    for _ in 0..3 {
        context.iteration(true);
    }
    busy.destroy();
    assert_eq!(ran.get(), 1);
}

fn the_first_coroutine_of_priority_high_was_starved(_: Host) {
    let high = || Builder::new().priority(Priority::High);

    let context = MainContext::new();
    let rt = Runtime::builder().main_context(&context).build().unwrap();
    high_runs_beside_a_busy_source(&context, |ran| {
        let _entered = rt.enter();
        drop(high().spawn(async move { ran.add() }));
    });

    // A runtime that was attached on first use does not keep its context.
    let context = MainContext::new();
    let inside = context.with_thread_default(|| {
        high_runs_beside_a_busy_source(&context, |ran| {
            drop(high().spawn(async move { ran.add() }));
        });
    });
    inside.unwrap();
}

fn a_context_destroyed_with_sources_of_two_priorities_kept_the_descriptors(_: Host) {
    let mut open = Vec::new();
    for _ in 0..10 {
        let context = MainContext::new();
        let inside = context.with_thread_default(|| {
            for priority in Priority::ALL {
                drop(Builder::new().priority(priority).spawn(pending::<()>()));
            }
        });
        inside.unwrap();
        while context.iteration(false) || context.pending() {}
        assert_eq!(sources(&context).len(), Priority::ALL.len());
        drop(context);
        open.push(descriptors());
    }
    assert_eq!(open, vec![open[0]; 10]);
}

fn a_join_never_ended_when_its_context_was_lost_on_another_thread(_: Host) {
    let context = MainContext::new();
    let task = context.with_thread_default(|| spawn(pending::<()>()));
    let error = block_on(async {
        thread::spawn(move || drop(context)).join().unwrap();
        task.unwrap().await.unwrap_err()
    });
    assert!(error.is_cancelled());
}

on_glib![
    a_loop_inside_a_turn_of_a_runtime_that_had_ended_was_spinning,
    the_first_coroutine_of_priority_high_was_starved,
    a_join_never_ended_when_its_context_was_lost_on_another_thread,
    block_on_in_a_coroutine_that_had_destroyed_the_source_of_its_runtime_hung,
];
on_glib![alone:
    block_on_in_a_private_context_inside_a_coroutine_of_the_default_one_hung,
    a_loop_that_was_attached_twice_panicked,
    a_context_destroyed_with_sources_of_two_priorities_kept_the_descriptors,
];
