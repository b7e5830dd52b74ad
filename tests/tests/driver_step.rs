//! `Driver::step`: all that a loop without priorities has to do, and the two real ones that do it.

#![forbid(unsafe_code)]

use std::cell::{Cell, OnceCell};
use std::future::pending;
use std::io::{self, Write};
use std::os::unix::net::UnixStream;
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use futures_channel::oneshot;
use glib_coro::event_loop::{Driver, EventLoop, Level, Turn};
use glib_coro::runtime::Builder;
use glib_coro::task::{self, JoinSet, Priority};
use glib_coro::{Async, Runtime, block_on, idle, readable, sleep, spawn, unblock, yield_now};
use glib_coro_tests::{Counter, Host, Notes, run, tick};
use rustix::event::{PollFd, PollFlags, Timespec, poll};

const HOUR: Duration = Duration::from_secs(3600);

/// A loop that steps, and in between sleeps until the descriptor is readable.
#[derive(Clone, Default)]
struct Stepper {
    driver: Rc<OnceCell<Driver>>,
    steps: Rc<Cell<u32>>,
}

impl EventLoop for Stepper {
    fn attach(&self, driver: Driver) -> io::Result<()> {
        let attached = self.driver.set(driver);
        attached.map_err(|_| io::ErrorKind::AlreadyExists.into())
    }

    fn run_until(&self, done: &dyn Fn() -> bool) -> io::Result<()> {
        self.driver().wake();
        while !done() {
            poll(&mut [PollFd::new(self.driver(), PollFlags::IN)], None)?;
            self.step();
        }
        Ok(())
    }
}

impl Stepper {
    fn driver(&self) -> &Driver {
        self.driver.get().expect("attached")
    }

    fn step(&self) {
        self.steps.set(self.steps.get() + 1);
        self.driver().step();
    }

    fn is_readable(&self) -> bool {
        let mut fds = [PollFd::new(self.driver(), PollFlags::IN)];
        poll(&mut fds, Some(&Timespec::default())).unwrap() > 0
    }

    /// Steps as long as there is anything to do; says how often.
    fn settle(&self) -> u32 {
        let before = self.steps.get();
        while self.is_readable() {
            self.step();
        }
        self.steps.get() - before
    }
}

fn on_stepper(configure: impl FnOnce(Builder) -> Builder) -> (Runtime, Stepper) {
    let stepper = Stepper::default();
    let builder = Runtime::builder().event_loop(stepper.clone());
    (configure(builder).build().unwrap(), stepper)
}

/// A test that hangs fails.
fn guarded(behaviour: impl FnOnce() + Send + 'static) {
    run(Host::Standalone, |_| behaviour());
}

/// Whose turn it is in each of `steps`, if coroutines of these priorities never rest.
fn turns(priorities: &[Priority], steps: usize) -> Vec<Priority> {
    // One poll takes up the budget.
    let (rt, stepper) = on_stepper(|builder| builder.budget(Duration::ZERO));
    let polled = Notes::new();
    let _entered = rt.enter();
    for &priority in priorities {
        for _ in 0..3 {
            let polled = polled.clone();
            task::Builder::new().priority(priority).spawn(async move {
                loop {
                    polled.push(priority);
                    yield_now().await;
                }
            });
        }
    }
    for _ in 0..steps {
        stepper.step();
        assert!(stepper.is_readable(), "they never rest");
    }
    let polled = polled.take();
    assert_eq!(polled.len(), steps, "one poll in each");
    polled
}

#[test]
fn of_three_priorities_that_never_rest_each_gets_its_share() {
    use Priority::{Default as D, High as H, Idle as I};
    guarded(|| {
        assert_eq!(turns(&Priority::ALL, 28), [H, D, H, I, H, D, H].repeat(4));
        assert_eq!(turns(&[H, I], 12), [H, I, H].repeat(4));
        assert_eq!(turns(&[D, I], 12), [D, I, D].repeat(4));
    });
}

#[test]
fn one_that_is_alone_is_not_passed_over() {
    guarded(|| {
        for priority in Priority::ALL {
            assert_eq!(turns(&[priority], 20), [priority; 20]);
        }
    });
}

#[test]
fn nothing_is_lost_between_two_steps() {
    const ROUNDS: usize = 50;
    guarded(|| {
        // Nearly every poll ends a step.
        let (rt, _) = on_stepper(|builder| builder.budget(Duration::from_micros(20)));
        let rounds = Counter::new();
        rt.block_on(async {
            let mut tasks = JoinSet::new();
            for n in 0..30 {
                let rounds = rounds.clone();
                let body = async move {
                    let (near, far) = UnixStream::pair().unwrap();
                    for round in 0..ROUNDS {
                        match (n + round) % 5 {
                            0 => yield_now().await,
                            1 => sleep(Duration::from_micros(n as u64 * 10)).await,
                            2 => unblock(|| ()).await,
                            3 => idle().await,
                            _ => {
                                let far = far.try_clone().unwrap();
                                let writer = unblock(move || (&far).write_all(b"x").unwrap());
                                let reader = async {
                                    readable(&near).await.unwrap();
                                    io::Read::read_exact(&mut &near, &mut [0]).unwrap();
                                };
                                glib_coro::join!(writer, reader);
                            }
                        }
                        rounds.add();
                    }
                };
                let priority = Priority::ALL[n % 3];
                let task = task::Builder::new().priority(priority).spawn(body);
                tasks.spawn(async move { task.await.unwrap() });
            }
            while let Some(ended) = tasks.join_next().await {
                ended.unwrap();
            }
        });
        assert_eq!(rounds.get(), 30 * ROUNDS);
    });
}

#[test]
fn what_waits_leaves_the_descriptor_unreadable() {
    guarded(|| {
        let (rt, stepper) = on_stepper(|builder| builder);
        let silent = UnixStream::pair().unwrap();
        let silent = Box::leak(Box::new(silent));
        rt.block_on(async {
            for priority in Priority::ALL {
                for _ in 0..100 {
                    let spawn = |body| drop(task::Builder::new().priority(priority).spawn(body));
                    let body = async {
                        let _ = glib_coro::join!(sleep(HOUR), readable(&silent.0), pending::<()>());
                    };
                    spawn(body);
                }
            }
            idle().await;
        });
        let steps = stepper.settle();
        assert!(steps <= 5, "{steps}");
        // A step too many is no reason for another one.
        for _ in 0..10 {
            stepper.step();
            assert!(!stepper.is_readable());
        }
        // Nor do sleeps take more than they must; fewer, if the thread is kept from running.
        let before = stepper.steps.get();
        rt.block_on(async {
            for _ in 0..10 {
                sleep(Duration::from_millis(5)).await;
            }
        });
        let steps = stepper.steps.get() - before;
        assert!(steps <= 40, "{steps}");
    });
}

#[test]
fn a_wake_between_two_steps_is_told_to_the_callback() {
    guarded(|| {
        let (rt, stepper) = on_stepper(|builder| builder);
        static TOLD: AtomicUsize = AtomicUsize::new(0);
        stepper.driver().on_wake(|| {
            TOLD.fetch_add(1, Ordering::Relaxed);
        });
        rt.block_on(async {});
        stepper.settle();
        let before = TOLD.load(Ordering::Relaxed);
        let tasks = [rt.spawn(async {}), rt.spawn(async {})];
        assert_eq!(TOLD.load(Ordering::Relaxed), before + 1, "once");
        assert!(!stepper.is_readable());
        stepper.driver().wake();
        assert!(stepper.is_readable());
        assert!((1..=2).contains(&stepper.settle()));
        assert!(tasks.iter().all(|task| task.is_finished()));
    });
}

#[test]
fn steps_nest() {
    guarded(|| {
        let (rt, _) = on_stepper(|builder| builder.budget(Duration::ZERO));
        let yields = Counter::new();
        rt.block_on(async {
            for priority in Priority::ALL {
                task::Builder::new()
                    .priority(priority)
                    .spawn(tick(yields.clone()));
            }
            let sum = block_on(async {
                sleep(Duration::from_millis(1)).await;
                let inner = block_on(spawn(async {
                    yield_now().await;
                    2
                }));
                40 + inner.unwrap()
            });
            assert_eq!(sum, 42);
        });
        assert!(yields.get() > 3);
    });
}

#[test]
fn a_step_on_another_thread_is_logged_once_and_polls_nothing() {
    guarded(|| {
        static LOGGED: AtomicUsize = AtomicUsize::new(0);
        let (rt, stepper) = on_stepper(|builder| builder);
        stepper.driver().on_log(|level, message| {
            assert_eq!(level, Level::Critical);
            assert!(message.contains("another thread built"), "{message}");
            LOGGED.fetch_add(1, Ordering::Relaxed);
        });
        let task = rt.spawn(async {});
        let driver = stepper.driver();
        thread::scope(|scope| {
            scope.spawn(|| (0..3).for_each(|_| driver.step()));
        });
        assert_eq!(LOGGED.load(Ordering::Relaxed), 1);
        assert!(!task.is_finished());
        stepper.step();
        assert!(task.is_finished());
        assert_eq!(LOGGED.load(Ordering::Relaxed), 1);
    });
}

#[test]
fn a_step_after_the_end_does_nothing() {
    guarded(|| {
        let (rt, stepper) = on_stepper(|builder| builder);
        let stream = UnixStream::pair().unwrap().0;
        let task = rt.spawn(async move { Async::new(stream).unwrap().readable().await });
        stepper.step();
        drop(rt);
        assert!(task.is_finished());
        stepper.settle();
        stepper.step();
        assert!(!stepper.is_readable());
    });
}

#[cfg(feature = "test-util")]
#[test]
fn a_paused_clock_jumps_in_steps() {
    use glib_coro::time::now;
    guarded(|| {
        let (rt, _) = on_stepper(|builder| builder.start_paused(true));
        rt.block_on(async {
            let start = now();
            let tasks = [3, 1, 2].map(|n| spawn(async move { sleep(n * HOUR).await }));
            for task in tasks {
                task.await.unwrap();
            }
            assert_eq!(now() - start, 3 * HOUR);
        });
    });
}

/// The example says so of its hosts, and so do the documents.
#[test]
fn real_loops_are_hosted_in_60_lines_without_unsafe_code() {
    for (name, host) in [
        (
            "calloop",
            include_str!("../../examples/foreign_loops/calloop.rs"),
        ),
        (
            "tokio",
            include_str!("../../examples/foreign_loops/tokio.rs"),
        ),
    ] {
        let lines = host.lines().count();
        assert!(lines <= 60, "{name}: {lines} lines");
        assert!(!host.contains("unsafe"), "{name}");
        for more in ["super::", "crate::", "mod ", "include!"] {
            assert!(!host.contains(more), "{name} is not all told: {more}");
        }
        assert!(host.contains(".step()"), "{name}");
        assert!(host.lines().all(|line| line.len() <= 110), "{name}");
    }
}

/// What another thread woke may be polled before the kernel is asked for events, but the turn asks before it ends.
#[test]
fn a_turn_that_begins_with_remote_wakes_looks_outside_all_the_same() {
    guarded(|| {
        // One poll takes up the budget.
        let (rt, stepper) = on_stepper(|builder| builder.budget(Duration::ZERO));
        let _entered = rt.enter();
        let (ours, mut theirs) = UnixStream::pair().unwrap();
        let polled = Notes::new();
        let (send, receive) = oneshot::channel();
        let notes = polled.clone();
        spawn(async move {
            receive.await.unwrap();
            notes.push("woken");
        });
        let notes = polled.clone();
        spawn(async move {
            readable(&ours).await.unwrap();
            notes.push("readable");
        });
        let driver = stepper.driver();
        driver.wake();
        stepper.settle();
        driver.next_deadline();
        assert!(!driver.is_ready(Priority::Default));
        theirs.write_all(b"x").unwrap();
        thread::spawn(move || send.send(()).unwrap())
            .join()
            .unwrap();
        assert_eq!(driver.turn(Priority::Default), Turn::Spent);
        assert_eq!(polled.take(), ["woken"]);
        assert!(driver.is_ready(Priority::Default), "the other one was seen");
        driver.turn(Priority::Default);
        assert_eq!(polled.take(), ["readable"]);
    });
}
