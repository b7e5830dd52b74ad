//! What broke once, on any loop.

#![forbid(unsafe_code)]

use std::cell::{Cell, OnceCell};
use std::future::{Future, pending, poll_fn};
use std::io::{self, pipe, stderr};
use std::mem::ManuallyDrop;
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, Mutex};
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::Duration;

use futures_util::{AsyncReadExt, AsyncWriteExt, FutureExt};
use glib_coro::event_loop::{Driver, EventLoop};
use glib_coro::runtime::EnterGuard;
use glib_coro::task::Priority;
use glib_coro::time::Sleep;
use glib_coro::{Async, JoinHandle, Runtime, idle, sleep, spawn, yield_now};
use glib_coro_tests::{Counter, Host, OnDrop, forever, on_clone, on_every_host};

const HOUR: Duration = Duration::from_secs(3600);

/// How often two threads race. Under valgrind, which runs one of them at a time, often is of no use.
fn races() -> usize {
    match std::env::var_os("GLIB_CORO_TEST_PATIENCE") {
        None => 4_000,
        Some(_) => 100,
    }
}

async fn settle() {
    for _ in 0..5 {
        yield_now().await;
    }
}

/// Aborts coroutines just as they are polled for the first and only time; returns how many of the
/// aborts had no effect.
fn lost_aborts(rt: &Runtime) -> usize {
    const COROUTINES: usize = 1_000;
    let polled = Arc::new(AtomicUsize::new(0));
    let tasks: Vec<JoinHandle<()>> = (0..COROUTINES)
        .map(|n| {
            let polled = polled.clone();
            rt.spawn(poll_fn(move |_| {
                polled.store(n + 1, Ordering::Release);
                Poll::Pending
            }))
        })
        .collect();
    let aborts: Vec<_> = tasks.iter().map(JoinHandle::abort_handle).collect();
    let start = Arc::new(Barrier::new(2));
    let other = thread::spawn({
        let (start, polled) = (start.clone(), polled.clone());
        move || {
            start.wait();
            let (mut seen, mut jitter) = (0, 0);
            while seen < COROUTINES {
                let now = polled.load(Ordering::Acquire);
                if now == seen {
                    std::hint::spin_loop();
                    continue;
                }
                seen = now;
                jitter += 1;
                for _ in 0..jitter % 32 {
                    std::hint::spin_loop();
                }
                // One of the next few to be polled.
                if let Some(abort) = aborts.get(seen + jitter % 3) {
                    abort.abort();
                }
            }
            aborts.iter().for_each(|abort| abort.abort());
        }
    });
    start.wait();
    rt.block_on(settle());
    polled.store(COROUTINES, Ordering::Release);
    other.join().unwrap();
    rt.block_on(settle());
    tasks.iter().filter(|task| !task.is_finished()).count()
}

fn an_abort_that_raced_with_a_poll_was_lost(host: Host) {
    // A turn may poll them all.
    let rt = host.builder().budget(HOUR).build().unwrap();
    for _ in 0..50 {
        assert_eq!(lost_aborts(&rt), 0);
    }
}

fn the_first_of_two_writers_of_one_socket_was_forgotten(host: Host) {
    const LENGTH: usize = 1 << 20;
    host.runtime().block_on(async {
        let (ours, theirs) = UnixStream::pair().unwrap();
        let ours = Rc::new(Async::new(ours).unwrap());
        let mut theirs = Async::new(theirs).unwrap();
        let writers = [(); 2].map(|()| {
            let ours = ours.clone();
            spawn(async move { (&*ours).write_all(&vec![0; LENGTH]).await })
        });
        // Both are waiting for room.
        idle().await;
        theirs.read_exact(&mut vec![0; 2 * LENGTH]).await.unwrap();
        for writer in writers {
            writer.await.unwrap().unwrap();
        }
    });
}

fn a_report_to_a_closed_standard_error_aborted(host: Host) {
    let rt = host.runtime();
    let kept = stderr().as_fd().try_clone_to_owned().unwrap();
    let (reader, writer) = pipe().unwrap();
    drop(reader);
    rustix::stdio::dup2_stderr(writer).unwrap();
    let result = rt.block_on(async {
        drop(spawn(async { panic!("nobody hears this") }));
        settle().await;
        spawn(async { 1 }).await
    });
    rustix::stdio::dup2_stderr(kept).unwrap();
    assert_eq!(result.unwrap(), 1);
}

fn poll_with(sleep: &mut Sleep, waker: &Waker) -> Poll<()> {
    Pin::new(sleep).poll(&mut Context::from_waker(waker))
}

fn a_waker_that_dropped_a_timer_when_it_was_cloned_hung(host: Host) {
    host.runtime().block_on(async {
        let (mut replaced, mut dropped) = (sleep(HOUR), sleep(HOUR));
        assert!(poll_with(&mut replaced, Waker::noop()).is_pending());
        assert!(poll_with(&mut dropped, Waker::noop()).is_pending());
        let clones = Counter::new();
        let waker = on_clone({
            let clones = clones.clone();
            move || {
                drop(dropped);
                clones.add();
            }
        });
        assert!(poll_with(&mut replaced, &waker).is_pending());
        assert_eq!(clones.get(), 1);
    });
}

fn a_destructors_panic_at_the_end_of_a_thread_was_not_reported(host: Host) {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let thread = thread::spawn({
        let seen = seen.clone();
        move || {
            let hook = move |unhandled: &glib_coro::runtime::Unhandled| {
                seen.lock().unwrap().push(unhandled.message().to_owned());
            };
            let rt = host.builder().on_unhandled(hook).build().unwrap();
            drop(rt.spawn(async {
                let _bomb = OnDrop::new(|| panic!("at the end"));
                pending::<()>().await;
            }));
            rt.block_on(settle());
            // Nobody ends it but the thread.
            std::mem::forget(rt);
        }
    });
    thread.join().unwrap();
    assert_eq!(*seen.lock().unwrap(), ["at the end"]);
}

/// Has threads spawn while the runtime ends; returns how many joins never resolved.
fn joins_without_an_end(rt: Runtime) -> usize {
    const SPAWNERS: usize = 2;
    let start = Arc::new(Barrier::new(SPAWNERS + 1));
    let spawners: Vec<_> = (0..SPAWNERS)
        .map(|_| {
            let (handle, start) = (rt.handle(), start.clone());
            thread::spawn(move || {
                start.wait();
                let spawned = (0..200).map(|_| handle.spawn(pending::<()>()));
                spawned.collect::<Vec<_>>()
            })
        })
        .collect();
    start.wait();
    drop(rt);
    let tasks = spawners.into_iter().flat_map(|it| it.join().unwrap());
    // What was refused was dropped by its spawner, all else by the end of the runtime.
    tasks.filter(|task| !task.is_finished()).count()
}

fn a_spawn_that_raced_with_the_end_of_the_runtime_was_forgotten(host: Host) {
    for _ in 0..races() {
        assert_eq!(joins_without_an_end(host.runtime()), 0);
    }
}

/// Has a thread spawn what panics when it is dropped while the runtime ends; returns how many of the panics nobody heard.
fn panics_that_nobody_heard(host: Host) -> usize {
    const SPAWNED: usize = 100;
    let heard = Counter::new();
    let rt = host.builder().on_unhandled({
        let heard = heard.clone();
        move |_| _ = heard.add()
    });
    let rt = rt.build().unwrap();
    let start = Arc::new(Barrier::new(2));
    let spawner = thread::spawn({
        let (handle, start) = (rt.handle(), start.clone());
        move || {
            start.wait();
            let spawn_one = || {
                let bomb = OnDrop::new(|| resume_unwind(Box::new("at the end")));
                let future = async move {
                    let _bomb = bomb;
                    pending::<()>().await;
                };
                // After the end of the runtime the spawner hears it itself.
                catch_unwind(AssertUnwindSafe(|| drop(handle.spawn(future)))).is_err()
            };
            (0..SPAWNED).filter(|_| spawn_one()).count()
        }
    });
    start.wait();
    drop(rt);
    let caught = spawner.join().unwrap();
    SPAWNED - caught - heard.get()
}

fn a_panic_of_what_was_refused_did_not_reach_the_hook(host: Host) {
    for _ in 0..races() {
        assert_eq!(panics_that_nobody_heard(host), 0);
    }
}

/// Does something when its thread ends.
struct AtTheEnd(Cell<Option<Box<dyn FnOnce()>>>);

impl Drop for AtTheEnd {
    fn drop(&mut self) {
        if let Some(act) = self.0.take() {
            act();
        }
    }
}

thread_local! {
    static AT_THE_END: AtTheEnd = const { AtTheEnd(Cell::new(None)) };
}

fn what_an_ending_thread_spawned_onto_an_entered_runtime_was_lost(host: Host) {
    let dropped = Counter::new();
    let thread = thread::spawn({
        let dropped = dropped.clone();
        move || {
            let spawn_one = move || {
                let note = OnDrop::new({
                    let dropped = dropped.clone();
                    move || _ = dropped.add()
                });
                spawn(async move {
                    let _note = note;
                    pending::<()>().await;
                })
            };
            // Thread-locals end in the opposite order of their first uses: the table of coroutines before ours, the list
            // of runtimes after it.
            drop(glib_coro::task::all());
            AT_THE_END.with(|_| {});
            let rt = host.runtime();
            rt.block_on(async {
                std::mem::forget(spawn_one());
                settle().await;
            });
            std::mem::forget(rt.enter());
            AT_THE_END.with(|it| {
                it.0.set(Some(Box::new(move || std::mem::forget(spawn_one()))))
            });
            // Nobody ends it but the thread.
            std::mem::forget(rt);
        }
    });
    thread.join().unwrap();
    assert_eq!(dropped.get(), 2);
}

#[glib_coro::coroutine(overlap = "drop")]
async fn one_at_a_time(runs: Counter) {
    runs.add();
    pending::<()>().await;
}

fn an_overlapping_call_in_a_destructor_at_the_end_of_a_thread_panicked(host: Host) {
    let (runs, calls) = (Counter::new(), Counter::new());
    let thread = thread::spawn({
        let (runs, calls) = (runs.clone(), calls.clone());
        move || {
            let rt = host.runtime();
            let note = OnDrop::new({
                let (runs, calls) = (runs.clone(), calls.clone());
                move || {
                    // Refused, like everything that is spawned now.
                    drop(one_at_a_time(runs));
                    calls.add();
                }
            });
            drop(rt.spawn(async move {
                let _note = note;
                pending::<()>().await;
            }));
            rt.block_on(async {
                drop(one_at_a_time(runs));
                settle().await;
            });
            // Nobody ends it but the thread.
            forever(rt);
        }
    });
    thread.join().unwrap();
    assert_eq!((runs.get(), calls.get()), (1, 1));
}

/// A loop that is run by hand.
struct ByHand(Rc<OnceCell<Driver>>);

impl EventLoop for ByHand {
    fn attach(&self, driver: Driver) -> io::Result<()> {
        driver.on_log(|_, _| {
            if let Some(act) = DONE_BY_THE_LOG.take() {
                act()
            }
        });
        drop(self.0.set(driver));
        Ok(())
    }

    fn run_until(&self, _done: &dyn Fn() -> bool) -> io::Result<()> {
        Err(io::Error::other("it is run by hand"))
    }
}

thread_local! {
    static DONE_BY_THE_LOG: Cell<Option<Box<dyn FnOnce()>>> = const { Cell::new(None) };
    /// Without a destructor, so that it is there to the last moment of a thread.
    static LEFT_BY_THE_WAKER: Cell<ManuallyDrop<Option<EnterGuard<'static>>>> =
        const { Cell::new(ManuallyDrop::new(None)) };
}

/// Replaces the guard that the host's waker is to drop, and drops the old one.
fn leave_in_the_waker(guard: Option<EnterGuard<'static>>) {
    drop(ManuallyDrop::into_inner(
        LEFT_BY_THE_WAKER.replace(ManuallyDrop::new(guard)),
    ));
}

fn what_was_queued_was_lost_when_a_waker_left_the_runtime_of_an_ending_thread(host: Host) {
    let (polls, runs, joins) = (Counter::new(), Counter::new(), Counter::new());
    let thread = thread::spawn({
        let (polls, runs, joins) = (polls.clone(), runs.clone(), joins.clone());
        move || {
            // The table of coroutines ends before this, the list of runtimes after it.
            drop(glib_coro::task::all());
            AT_THE_END.with(|_| {});
            let driver = Rc::new(OnceCell::new());
            let builder = host.builder().event_loop(ByHand(driver.clone()));
            let rt: &Runtime = Box::leak(Box::new(builder.build().unwrap()));
            driver.get().unwrap().on_wake(|| leave_in_the_waker(None));
            let waker = Rc::new(Cell::new(None));
            let woken = rt.spawn({
                let waker = waker.clone();
                poll_fn(move |cx| {
                    polls.add();
                    waker.set(Some(cx.waker().clone()));
                    Poll::<()>::Pending
                })
            });
            let aborted = rt.spawn(pending::<()>());
            let handle = rt.handle();
            let turn = move || driver.get().unwrap().turn(Priority::Default);
            turn();
            // On its way when the thread ends.
            let spawn_foreign = move || handle.spawn(pending::<()>());
            let foreign = thread::spawn(spawn_foreign).join().unwrap();
            let act = move || {
                leave_in_the_waker(Some(rt.enter()));
                foreign.abort();
                turn();
                leave_in_the_waker(Some(rt.enter()));
                waker.take().unwrap().wake();
                turn();
                leave_in_the_waker(Some(rt.enter()));
                let spawned = spawn(async move { _ = runs.add() });
                turn();
                leave_in_the_waker(Some(rt.enter()));
                aborted.abort();
                turn();
                for handle in [foreign, aborted] {
                    let joined = catch_unwind(AssertUnwindSafe(|| handle.now_or_never()));
                    if matches!(joined, Ok(Some(Err(error))) if error.is_cancelled()) {
                        joins.add();
                    }
                }
                drop((woken, spawned));
            };
            AT_THE_END.with(|it| it.0.set(Some(Box::new(act))));
        }
    });
    thread.join().unwrap();
    assert_eq!((polls.get(), runs.get(), joins.get()), (2, 1, 2));
}

/// A runtime whose every poll is slow, and that is run by hand.
fn slow(host: Host) -> (Runtime, Rc<OnceCell<Driver>>) {
    let driver = Rc::new(OnceCell::new());
    let builder = host.builder().event_loop(ByHand(driver.clone()));
    let builder = builder.insight(true).slow_poll(Duration::ZERO);
    (builder.build().unwrap(), driver)
}

fn a_runtime_that_ended_where_a_slow_poll_was_told_hung(host: Host) {
    let (rt, driver) = slow(host);
    let task = rt.spawn(async { 1 });
    DONE_BY_THE_LOG.set(Some(Box::new(|| drop(rt))));
    driver.get().unwrap().turn(Priority::Default);
    assert!(DONE_BY_THE_LOG.take().is_none());
    assert!(task.is_finished());
}

fn a_coroutine_that_had_been_joined_was_listed_while_its_slow_poll_was_told(host: Host) {
    let (rt, driver) = slow(host);
    let task = rt.spawn(async {});
    let id = task.id();
    let joiner = rt.spawn(async move {
        task.await.unwrap();
        glib_coro::task::all().iter().any(|info| info.id() == id)
    });
    let turn = move || _ = driver.get().unwrap().turn(Priority::Default);
    DONE_BY_THE_LOG.set(Some(Box::new(turn.clone())));
    turn();
    let is_listed = joiner.now_or_never().unwrap().unwrap();
    assert!(!is_listed);
}

fn the_end_of_a_runtime_to_which_a_sleep_had_returned_panicked(host: Host) {
    let (home, away) = (host.runtime(), host.runtime());
    let around = [HOUR / 2, HOUR, HOUR * 2].map(|duration| Box::pin(sleep(duration)));
    let [before, mut traveller, after] = around;
    let poll = |rt: &Runtime, sleep: Pin<&mut Sleep>| {
        let mut sleep = Some(sleep);
        rt.block_on(poll_fn(|cx| {
            let polled = sleep.take().map(|sleep| sleep.poll(cx));
            assert_eq!(polled, Some(Poll::Pending));
            Poll::Ready(())
        }));
    };
    let mut others = [before, after];
    poll(&home, others[0].as_mut());
    poll(&home, traveller.as_mut());
    poll(&home, others[1].as_mut());
    poll(&away, traveller.as_mut());
    poll(&home, traveller.as_mut());
    drop(home);
    poll(&away, traveller.as_mut());
}

on_every_host![
    an_abort_that_raced_with_a_poll_was_lost,
    the_first_of_two_writers_of_one_socket_was_forgotten,
    a_waker_that_dropped_a_timer_when_it_was_cloned_hung,
    a_spawn_that_raced_with_the_end_of_the_runtime_was_forgotten,
    a_panic_of_what_was_refused_did_not_reach_the_hook,
    what_an_ending_thread_spawned_onto_an_entered_runtime_was_lost,
    an_overlapping_call_in_a_destructor_at_the_end_of_a_thread_panicked,
    what_was_queued_was_lost_when_a_waker_left_the_runtime_of_an_ending_thread,
    a_runtime_that_ended_where_a_slow_poll_was_told_hung,
    a_coroutine_that_had_been_joined_was_listed_while_its_slow_poll_was_told,
    the_end_of_a_runtime_to_which_a_sleep_had_returned_panicked,
];
on_every_host![alone:
    a_report_to_a_closed_standard_error_aborted,
    a_destructors_panic_at_the_end_of_a_thread_was_not_reported,
];
