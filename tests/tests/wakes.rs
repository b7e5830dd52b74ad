//! Wakes that come too late, too often, or do more than wake: none is lost, none counts twice, nobody waits
//! for ever.

#![forbid(unsafe_code)]

use std::cell::{Cell, RefCell};
use std::future::{Future, pending, poll_fn};
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::thread;
use std::time::{Duration, Instant};

use futures_util::{AsyncReadExt, AsyncWriteExt};
use glib_coro::task::AbortHandle;
use glib_coro::time::{Sleep, interval, sleep_until};
use glib_coro::{Async, JoinHandle, Runtime, sleep, spawn, yield_now};
use glib_coro_tests::{Counter, DropNote, Host, OnDrop, on_every_host, on_glib};

const HOUR: Duration = Duration::from_secs(3600);

fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

/// How a coroutine ends after its first poll.
#[derive(Clone, Copy, Debug, PartialEq)]
enum End {
    Output,
    Panic,
    Abort,
    AbortWithPanic,
}

/// A coroutine that has ended so, its wakers kept; the number of its polls and of its drops.
fn ended(rt: &Runtime, end: End) -> (JoinHandle<()>, Vec<Waker>, Counter, DropNote) {
    let (polls, drops) = (Counter::new(), DropNote::new());
    let kept = Rc::new(RefCell::new(Vec::new()));
    let task = rt.spawn({
        let (polls, guard, kept) = (polls.clone(), drops.guard(), kept.clone());
        let bomb = (end == End::AbortWithPanic).then(|| OnDrop::new(|| panic!("in a destructor")));
        async move {
            let (_guard, _bomb) = (guard, bomb);
            poll_fn(|cx| {
                kept.borrow_mut().push(cx.waker().clone());
                match (polls.add(), end) {
                    (0, _) | (_, End::Abort | End::AbortWithPanic) => Poll::Pending,
                    (_, End::Output) => Poll::Ready(()),
                    (_, End::Panic) => panic!("as it was told"),
                }
            })
            .await;
        }
    });
    rt.block_on(async {
        yield_now().await;
        kept.borrow()[0].wake_by_ref();
        yield_now().await;
        task.abort();
        while !task.is_finished() {
            yield_now().await;
        }
    });
    assert_eq!((polls.get(), drops.count()), (2, 1), "{end:?}");
    let wakers = kept.take();
    (task, wakers, polls, drops)
}

fn a_waker_kept_from_an_ended_coroutine_does_nothing(host: Host) {
    let rt = host.runtime();
    for end in [End::Output, End::Panic, End::Abort, End::AbortWithPanic] {
        for joined_first in [false, true] {
            let (task, wakers, polls, drops) = ended(&rt, end);
            let mut task = Some(task);
            let join = |task: &mut Option<JoinHandle<()>>| {
                let joined = rt.block_on(task.take().unwrap());
                assert_eq!(joined.is_ok(), end == End::Output, "{end:?}");
            };
            if joined_first {
                join(&mut task);
            }
            let polls_before = rt.metrics().polls;
            for waker in &wakers {
                waker.wake_by_ref();
            }
            wakers.iter().cloned().for_each(Waker::wake);
            let elsewhere: Vec<Waker> = wakers.to_vec();
            thread::spawn(move || {
                for waker in elsewhere {
                    waker.wake_by_ref();
                    waker.wake();
                }
            })
            .join()
            .unwrap();
            assert_eq!(rt.metrics().ready, 0, "{end:?}: nothing is queued");
            rt.block_on(yield_now());
            // The root's own two polls.
            assert_eq!(rt.metrics().polls, polls_before + 2, "{end:?}");
            if !joined_first {
                join(&mut task);
            }
            drop(wakers);
            assert_eq!((polls.get(), drops.count()), (2, 1), "{end:?}");
            assert_eq!(rt.metrics().alive, 0);
        }
    }
}

fn many_wakes_before_a_poll_are_one_poll(host: Host) {
    let rt = host.runtime();
    let (polls, kept) = (Counter::new(), Rc::new(RefCell::new(None::<Waker>)));
    let _task = rt.spawn({
        let (polls, kept) = (polls.clone(), kept.clone());
        poll_fn(move |cx| {
            polls.add();
            *kept.borrow_mut() = Some(cx.waker().clone());
            Poll::<()>::Pending
        })
    });
    rt.block_on(yield_now());
    let waker = kept.borrow().clone().unwrap();
    for _ in 0..1_000 {
        waker.wake_by_ref();
    }
    thread::spawn({
        let waker = waker.clone();
        move || (0..1_000).for_each(|_| waker.wake_by_ref())
    })
    .join()
    .unwrap();
    rt.block_on(async {
        yield_now().await;
        yield_now().await;
    });
    assert_eq!(polls.get(), 2);
}

/// Two coroutines each of which wakes the other in every poll. Returns the number of their polls.
fn ping_pong(rt: &Runtime) -> Counter {
    let polls = Counter::new();
    let wakers: Rc<[Cell<Option<Waker>>; 2]> = Rc::default();
    for side in 0..2 {
        let (polls, wakers) = (polls.clone(), wakers.clone());
        drop(rt.spawn(poll_fn(move |cx| {
            polls.add();
            wakers[side].set(Some(cx.waker().clone()));
            if let Some(other) = wakers[1 - side].take() {
                other.wake();
            }
            Poll::<()>::Pending
        })));
    }
    polls
}

fn two_that_wake_each_other_for_ever_keep_nobody_from_running(host: Host) {
    let rt = host.runtime();
    let polls = ping_pong(&rt);
    rt.block_on(async {
        // A third coroutine.
        for _ in 0..1_000 {
            yield_now().await;
        }
        // Timers.
        sleep(ms(5)).await;
        let mut ticks = interval(ms(1));
        for _ in 0..10 {
            ticks.tick().await;
        }
        // Input and output: with a thread, which answers when it has its share of the processor.
        let (ours, mut theirs) = UnixStream::pair().unwrap();
        let echo = thread::spawn(move || {
            let mut byte = [0];
            while theirs.read(&mut byte).unwrap() == 1 {
                theirs.write_all(&byte).unwrap();
            }
        });
        let mut ours = Async::new(ours).unwrap();
        for n in 0..20 {
            ours.write_all(&[n]).await.unwrap();
            let mut byte = [0];
            ours.read_exact(&mut byte).await.unwrap();
            assert_eq!(byte, [n]);
        }
        drop(ours);
        echo.join().unwrap();
    });
    assert!(polls.get() > 1_000, "they went on all the time: {polls:?}");
}

#[cfg(feature = "glib")]
fn two_that_wake_each_other_for_ever_keep_no_source_from_running(_: Host) {
    use ::glib::{ControlFlow, MainContext, Priority};

    let context = MainContext::new();
    let rt = Runtime::builder().main_context(&context).build().unwrap();
    let polls = ping_pong(&rt);
    // Events, resizing, redraws, idle, and what is less than that.
    let priorities = [0, 110, 120, 200, 300];
    let dispatched = priorities.map(|priority| {
        let count = Counter::new();
        let source = ::glib::idle_source_new(None, Priority::from(priority), {
            let count = count.clone();
            move || {
                if count.add() < 20 {
                    ControlFlow::Continue
                } else {
                    ControlFlow::Break
                }
            }
        });
        source.attach(Some(&context));
        count
    });
    while dispatched.iter().any(|count| count.get() <= 20) {
        context.iteration(true);
    }
    assert!(polls.get() > 20, "{polls:?}");
}

fn whoever_fires_first_aborts_its_siblings(host: Host) {
    const SIBLINGS: usize = 50;
    let rt = host.runtime();
    for round in 0..4 {
        let (fired, drops, polls) = (Counter::new(), DropNote::new(), Counter::new());
        let handles: Rc<RefCell<Vec<AbortHandle>>> = Rc::default();
        rt.block_on(async {
            let deadline = Instant::now() + ms(20);
            let siblings: Vec<_> = (0..SIBLINGS)
                .map(|n| {
                    // All at once, or one shortly after the other: some are woken by then, some not.
                    let deadline = deadline + Duration::from_micros(round * n as u64);
                    let (fired, polls) = (fired.clone(), polls.clone());
                    let (guard, handles) = (drops.guard(), handles.clone());
                    spawn(async move {
                        let _guard = guard;
                        let mut sleep = sleep_until(deadline);
                        poll_fn(|cx| {
                            polls.add();
                            Pin::new(&mut sleep).poll(cx)
                        })
                        .await;
                        fired.add();
                        for handle in handles.borrow().iter() {
                            handle.abort();
                        }
                        // Aborted too, at the next await.
                        pending::<()>().await;
                    })
                })
                .collect();
            *handles.borrow_mut() = siblings.iter().map(JoinHandle::abort_handle).collect();
            for sibling in siblings {
                assert!(sibling.await.unwrap_err().is_cancelled());
            }
        });
        assert_eq!(fired.get(), 1);
        assert_eq!(drops.count(), SIBLINGS);
        // Each began to wait, and one was woken.
        assert_eq!(polls.get(), SIBLINGS + 1);
        assert_eq!(rt.metrics().alive, 0);
    }
}

/// A timer's waker that aborts coroutines, and drops what it has.
struct Aborter(Mutex<Vec<AbortHandle>>, Counter);

impl Wake for Aborter {
    fn wake(self: Arc<Self>) {
        self.1.add();
        for handle in std::mem::take(&mut *self.0.lock().unwrap()) {
            handle.abort();
        }
    }
}

fn a_timers_waker_may_abort_those_whose_timers_fire_with_it(host: Host) {
    let rt = host.runtime();
    let (woken, fired, drops) = (Counter::new(), Counter::new(), DropNote::new());
    rt.block_on(async {
        let deadline = Instant::now() + ms(20);
        let spawn_sleeper = || {
            let (fired, guard) = (fired.clone(), drops.guard());
            spawn(async move {
                let _guard = guard;
                sleep_until(deadline).await;
                fired.add();
            })
        };
        let before: Vec<_> = (0..10).map(|_| spawn_sleeper()).collect();
        yield_now().await;
        let aborter = Arc::new(Aborter(Mutex::default(), woken.clone()));
        let mut timer = sleep_until(deadline);
        let waker = Waker::from(aborter.clone());
        assert!(
            Pin::new(&mut timer)
                .poll(&mut Context::from_waker(&waker))
                .is_pending()
        );
        let after: Vec<_> = (0..10).map(|_| spawn_sleeper()).collect();
        *aborter.0.lock().unwrap() = before
            .iter()
            .chain(&after)
            .map(JoinHandle::abort_handle)
            .collect();
        for sleeper in before.into_iter().chain(after) {
            assert!(sleeper.await.unwrap_err().is_cancelled());
        }
    });
    assert_eq!((woken.get(), fired.get(), drops.count()), (1, 0, 20));
}

/// A sleep that one coroutine awaits and another thread resets; the number of polls.
fn shared(sleep: Sleep) -> (Arc<Mutex<Sleep>>, Counter, impl Future<Output = Instant>) {
    let (sleep, polls) = (Arc::new(Mutex::new(sleep)), Counter::new());
    let wait = poll_fn({
        let (sleep, polls) = (sleep.clone(), polls.clone());
        move |cx| {
            polls.add();
            let mut sleep = sleep.lock().unwrap();
            let now = Instant::now();
            Pin::new(&mut *sleep).poll(cx).map(|()| {
                assert!(now >= sleep.deadline(), "early");
                now
            })
        }
    });
    (sleep, polls, wait)
}

fn resets_from_another_thread_lose_no_wake_and_add_none(host: Host) {
    const RESETS: u64 = 3;
    let rt = host.runtime();
    let (jobs, inbox) = std::sync::mpsc::channel::<Arc<Mutex<Sleep>>>();
    let resetter = thread::spawn(move || {
        for (n, sleep) in inbox.into_iter().enumerate() {
            for reset in 1..=RESETS {
                // Before, while and after the loop sees the one before fire.
                let soon = Duration::from_micros((n as u64 * 7 + reset * 13) % 120);
                sleep.lock().unwrap().reset(Instant::now() + soon);
                if n % 3 == 0 {
                    thread::sleep(Duration::from_micros(50));
                }
            }
        }
    });
    rt.block_on(async {
        for _ in 0..500 {
            let (shared, polls, wait) = shared(sleep(HOUR));
            let waiter = spawn(wait);
            yield_now().await;
            jobs.send(shared).unwrap();
            waiter.await.unwrap();
            // The first, and one for each time that it fired.
            let polls = polls.get() as u64;
            assert!((2..=1 + RESETS).contains(&polls), "{polls} polls");
        }
    });
    drop(jobs);
    resetter.join().unwrap();
}

on_every_host![
    many_wakes_before_a_poll_are_one_poll,
    two_that_wake_each_other_for_ever_keep_nobody_from_running,
    whoever_fires_first_aborts_its_siblings,
    a_timers_waker_may_abort_those_whose_timers_fire_with_it,
    resets_from_another_thread_lose_no_wake_and_add_none,
];
on_every_host![alone:
    a_waker_kept_from_an_ended_coroutine_does_nothing,
];
on_glib![two_that_wake_each_other_for_ever_keep_no_source_from_running];
