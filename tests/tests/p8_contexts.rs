//! P8 on GLib: contexts that other threads wake, drop and destroy.

#![forbid(unsafe_code)]
#![cfg(feature = "glib")]

use std::cell::Cell;
use std::future::{pending, poll_fn};
use std::rc::Rc;
use std::sync::mpsc::channel;
use std::task::{Poll, Waker};
use std::thread;
use std::time::Duration;

use ::glib::MainContext;
use glib_coro::{Runtime, sleep, spawn, yield_now};
use glib_coro_tests::glib_view::{before_each_poll, sources};
use glib_coro_tests::{Counter, DropNote, Host, descriptors, on_glib};

fn a_wake_between_prepare_and_poll(_: Host) {
    let context = MainContext::new();
    let rt = Runtime::builder().main_context(&context).build().unwrap();
    let (sender, receiver) = channel();
    let wakes = Rc::new(Cell::new(0));
    before_each_poll(&context, {
        let wakes = wakes.clone();
        move || {
            // GLib has asked all sources and is about to sleep.
            let Ok(waker) = receiver.try_recv() else {
                return;
            };
            wakes.set(wakes.get() + 1);
            thread::spawn(move || Waker::wake(waker)).join().unwrap();
        }
    });
    let polls = Counter::new();
    rt.block_on(poll_fn(|cx| {
        if polls.add() == 100 {
            return Poll::Ready(());
        }
        sender.send(cx.waker().clone()).unwrap();
        Poll::Pending
    }));
    assert_eq!(wakes.get(), 100);
}

fn a_spawn_between_prepare_and_poll(_: Host) {
    let context = MainContext::new();
    let rt = Runtime::builder().main_context(&context).build().unwrap();
    let (handle, polled, ran) = (rt.handle(), Rc::new(Cell::new(0)), Counter::new());
    before_each_poll(&context, {
        let (ran, polled) = (ran.clone(), polled.clone());
        move || {
            polled.set(polled.get() + 1);
            if polled.get() == 3 {
                let (handle, ran) = (handle.clone(), ran.clone());
                thread::spawn(move || drop(handle.spawn(async move { ran.add() })))
                    .join()
                    .unwrap();
            }
        }
    });
    while ran.get() == 0 {
        context.iteration(true);
        if polled.get() < 3 {
            rt.spawn(yield_now());
        }
    }
}

fn the_last_reference_to_a_context_goes_on_another_thread(_: Host) {
    let mut open = Vec::new();
    let drops = DropNote::new();
    for _ in 0..50 {
        let context = MainContext::new();
        let (sender, receiver) = channel::<MainContext>();
        let other = thread::spawn(move || {
            while let Ok(context) = receiver.recv() {
                drop(context);
            }
        });
        let task = {
            let rt = Runtime::builder().main_context(&context).build().unwrap();
            let guard = drops.guard();
            let task = rt.spawn(async move {
                let _guard = guard;
                sleep(Duration::from_secs(3600)).await;
            });
            rt.block_on(yield_now());
            task
        };
        assert!(task.is_finished());
        sender.send(context).unwrap();
        drop(sender);
        other.join().unwrap();
        open.push(descriptors());
    }
    assert_eq!(drops.threads(), [thread::current().id(); 50]);
    assert_eq!(open, vec![open[0]; 50]);
}

fn a_context_lost_on_another_thread_drops_nothing_there(_: Host) {
    // An attached runtime does not keep its context: the last reference goes on another thread.
    let drops = DropNote::new();
    let context = MainContext::new();
    context
        .with_thread_default(|| {
            let guard = drops.guard();
            drop(spawn(async move {
                let _guard = guard;
                pending::<()>().await;
            }));
        })
        .unwrap();
    while context.iteration(false) {}
    let home = thread::current().id();
    thread::spawn(move || drop(context)).join().unwrap();
    // Whatever is dropped by now or later is dropped here.
    glib_coro::block_on(yield_now());
    assert!(drops.threads().iter().all(|&thread| thread == home));
}

fn a_thousand_runtimes_leave_no_source(_: Host) {
    let context = MainContext::new();
    for _ in 0..1_000 {
        let rt = Runtime::builder().main_context(&context).build().unwrap();
        drop(rt.spawn(pending::<()>()));
        rt.block_on(yield_now());
        assert_eq!(rt.metrics().sources, 1);
    }
    assert_eq!(sources(&context).len(), 0);
}

on_glib![
    a_wake_between_prepare_and_poll,
    a_spawn_between_prepare_and_poll,
    a_thousand_runtimes_leave_no_source,
];
on_glib![alone:
    the_last_reference_to_a_context_goes_on_another_thread,
    a_context_lost_on_another_thread_drops_nothing_there,
];
