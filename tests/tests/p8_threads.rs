//! P8: handles, wakers and the last reference to a context may be used and dropped on any thread; and
//! threads may end when they like.

#![forbid(unsafe_code)]

use std::cell::{OnceCell, RefCell};
use std::future::{pending, poll_fn};
use std::io;
use std::panic::catch_unwind;
use std::rc::Rc;
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};
use std::task::{Poll, Waker};
use std::thread;
use std::time::Duration;

use glib_coro::event_loop::{Driver, EventLoop, Turn};
use glib_coro::task::{Builder, Priority};
use glib_coro::{JoinHandle, Runtime, readable, sleep, spawn, yield_now};
use glib_coro_tests::{
    Counter, DropNote, Host, Notes, OnDrop, block_on_elsewhere, descriptors, on_every_host,
};

/// A coroutine that waits for nothing, the note of its drop, and its waker.
fn waiting(rt: &Runtime) -> (JoinHandle<()>, DropNote, Waker, Counter) {
    let (drops, polls) = (DropNote::new(), Counter::new());
    let (sender, receiver) = channel();
    let task = rt.spawn({
        let (guard, polls) = (drops.guard(), polls.clone());
        async move {
            let _guard = guard;
            // What must not leave the thread.
            let _local = Rc::new(());
            poll_fn(|cx| {
                polls.add();
                let _ = sender.send(cx.waker().clone());
                Poll::<()>::Pending
            })
            .await;
        }
    });
    rt.block_on(yield_now());
    (task, drops, receiver.recv().unwrap(), polls)
}

fn elsewhere<T: Send + 'static>(function: impl FnOnce() -> T + Send + 'static) -> T {
    thread::spawn(function)
        .join()
        .expect("the other thread is well")
}

fn the_last_waker_may_be_used_and_dropped_on_another_thread(host: Host) {
    let rt = host.runtime();
    let (task, drops, waker, polls) = waiting(&rt);
    elsewhere({
        let waker = waker.clone();
        move || {
            waker.wake_by_ref();
            let another = waker.clone();
            another.wake();
        }
    });
    rt.block_on(yield_now());
    assert_eq!(polls.get(), 2, "two wakes before a poll are one");
    task.abort();
    assert!(rt.block_on(task).unwrap_err().is_cancelled());
    elsewhere(move || {
        waker.wake_by_ref();
        drop(waker);
    });
    rt.block_on(yield_now());
    assert_eq!(drops.threads(), [thread::current().id()]);
    assert_eq!(polls.get(), 2);
}

fn a_detached_coroutine_whose_only_waker_goes_elsewhere_stays_at_home(host: Host) {
    let rt = host.runtime();
    let (task, drops, waker, _) = waiting(&rt);
    drop(task);
    elsewhere(move || drop(waker));
    rt.block_on(yield_now());
    drop(rt);
    assert_eq!(drops.threads(), [thread::current().id()]);
}

fn wakers_outlive_their_runtime(host: Host) {
    let rt = host.runtime();
    let (task, drops, waker, polls) = waiting(&rt);
    let (abort, handle) = (task.abort_handle(), rt.handle());
    drop(rt);
    assert_eq!(drops.threads(), [thread::current().id()]);
    elsewhere(move || {
        waker.wake_by_ref();
        waker.wake();
        abort.abort();
        assert!(task.is_finished());
        assert!(block_on_elsewhere(task).unwrap_err().is_cancelled());
        let late = handle.spawn(async { 1 });
        assert!(block_on_elsewhere(late).unwrap_err().is_cancelled());
        let built = Counter::new();
        let late = handle.spawn_with({
            let built = built.clone();
            move || async move { built.add() }
        });
        assert!(block_on_elsewhere(late).unwrap_err().is_cancelled());
        assert_eq!(built.get(), 0);
    });
    assert_eq!(polls.get(), 1);
}

fn handles_may_be_dropped_on_another_thread(host: Host) {
    let rt = host.runtime();
    let (task, drops, waker, _) = waiting(&rt);
    let (abort, handle) = (task.abort_handle(), rt.handle());
    elsewhere(move || drop((task, handle.clone(), handle, waker)));
    rt.block_on(yield_now());
    assert_eq!(drops.count(), 0, "detached, not aborted");
    elsewhere(move || {
        abort.clone().abort();
        drop(abort);
    });
    rt.block_on(sleep(Duration::from_millis(1)));
    assert_eq!(drops.threads(), [thread::current().id()]);

    let (task, drops, ..) = waiting(&rt);
    elsewhere(move || drop(task.abort_on_drop()));
    rt.block_on(sleep(Duration::from_millis(1)));
    assert_eq!(drops.threads(), [thread::current().id()]);
}

fn a_thread_that_ends_drops_its_coroutines_itself(host: Host) {
    let drops = DropNote::new();
    let (task, id) = elsewhere({
        let drops = drops.clone();
        move || {
            // Left to the thread-local destructors, as a thread's own runtime is.
            thread_local!(static KEPT: RefCell<Option<Runtime>> = const { RefCell::new(None) });
            let rt = host.runtime();
            let (guard, asleep) = (drops.guard(), drops.guard());
            let task = rt.spawn(async move {
                let _guard = guard;
                pending::<()>().await;
            });
            drop(rt.spawn(async move {
                let _guard = asleep;
                sleep(Duration::from_secs(3600)).await;
            }));
            rt.block_on(yield_now());
            KEPT.set(Some(rt));
            (task, thread::current().id())
        }
    });
    assert_eq!(drops.threads(), [id, id]);
    assert!(block_on_elsewhere(task).unwrap_err().is_cancelled());
}

fn a_thread_that_ends_with_its_own_runtime_drops_its_coroutines(_: Host) {
    let drops = DropNote::new();
    let (task, id) = elsewhere({
        let drops = drops.clone();
        move || {
            let guard = drops.guard();
            let task = spawn(async move {
                let _guard = guard;
                pending::<()>().await;
            });
            glib_coro::block_on(yield_now());
            (task, thread::current().id())
        }
    });
    assert_eq!(drops.threads(), [id]);
    assert!(block_on_elsewhere(task).unwrap_err().is_cancelled());
}

fn spawn_in_thread_local_destructors_does_not_abort(_: Host) {
    struct Spawner(Counter);
    impl Drop for Spawner {
        fn drop(&mut self) {
            self.0.add();
            // Where there is no runtime any more it may panic, as documented; nothing else.
            let _ = catch_unwind(|| drop(spawn(pending::<()>())));
            let _ = catch_unwind(|| drop(glib_coro::Handle::try_current()));
            let _ = catch_unwind(|| glib_coro::block_on(yield_now()));
        }
    }
    // Registered before the runtime's own, and after: destroyed after and before.
    thread_local!(static FIRST: RefCell<Option<Spawner>> = const { RefCell::new(None) });
    thread_local!(static LAST: RefCell<Option<Spawner>> = const { RefCell::new(None) });
    let ran = Counter::new();
    for uses in [false, true] {
        let ran = ran.clone();
        elsewhere(move || {
            FIRST.set(Some(Spawner(ran.clone())));
            if uses {
                let ran = ran.clone();
                drop(spawn(async move {
                    let _guard = Spawner(ran);
                    pending::<()>().await;
                }));
                glib_coro::block_on(yield_now());
            }
            LAST.set(Some(Spawner(ran)));
        });
    }
    assert_eq!(ran.get(), 5);
}

fn a_call_that_must_not_overlap_in_a_destructor_of_an_ending_thread_is_cancelled(_: Host) {
    #[glib_coro::coroutine(overlap = "queue")]
    async fn called() {
        yield_now().await;
    }
    struct Calls(Counter);
    impl Drop for Calls {
        fn drop(&mut self) {
            if called().is_finished() {
                self.0.add();
            }
        }
    }
    let cancelled = Counter::new();
    elsewhere({
        let cancelled = cancelled.clone();
        move || {
            drop(spawn(async move {
                let _calls = Calls(cancelled);
                pending::<()>().await;
            }));
            // The lines of calls are made after the thread's own runtime, and go before it.
            glib_coro::block_on(async { called().await.unwrap() });
        }
    });
    assert_eq!(cancelled.get(), 1);
}

fn a_runtime_that_runs_while_its_thread_ends_loses_nothing(host: Host) {
    /// Runs a runtime when it is dropped, in turns of one poll.
    struct Runs(Host, Counter);
    impl Drop for Runs {
        fn drop(&mut self) {
            let builder = self.0.builder().budget(Duration::ZERO);
            let rt = builder.build().unwrap();
            let tasks: Vec<_> = (0..10)
                .map(|_| {
                    let polls = self.1.clone();
                    rt.spawn(async move {
                        for _ in 0..10 {
                            yield_now().await;
                        }
                        polls.add();
                    })
                })
                .collect();
            rt.block_on(async {
                for task in tasks {
                    task.await.unwrap();
                }
            });
        }
    }
    // Destroyed after everything of the crate's own.
    thread_local!(static FIRST: RefCell<Option<Runs>> = const { RefCell::new(None) });
    let ran = Counter::new();
    elsewhere({
        let ran = ran.clone();
        move || {
            FIRST.set(Some(Runs(host, ran.clone())));
            // Destroyed with the thread's own runtime.
            drop(spawn(async move {
                let _runs = Runs(host, ran);
                pending::<()>().await;
            }));
            glib_coro::block_on(yield_now());
        }
    });
    assert_eq!(ran.get(), 20);
}

fn a_thousand_runtimes_leave_no_descriptor(host: Host) {
    let count = |rounds| {
        for _ in 0..rounds {
            let rt = host.runtime();
            let (a, _b) = std::os::unix::net::UnixStream::pair().unwrap();
            drop(rt.spawn(async move { readable(a).await }));
            drop(rt.spawn(sleep(Duration::from_secs(3600))));
            for priority in [Priority::High, Priority::Idle] {
                let _entered = rt.enter();
                drop(Builder::new().priority(priority).spawn(pending::<()>()));
            }
            rt.block_on(yield_now());
        }
        descriptors()
    };
    let before = count(1);
    assert_eq!(count(1_000), before);
}

/// A loop of the test's own, which outlives its runtime.
#[derive(Clone, Default)]
struct ByHand(Rc<OnceCell<Driver>>);

impl EventLoop for ByHand {
    fn attach(&self, driver: Driver) -> io::Result<()> {
        self.0
            .set(driver)
            .map_err(|_| io::ErrorKind::AlreadyExists.into())
    }

    fn run_until(&self, done: &dyn Fn() -> bool) -> io::Result<()> {
        while !done() {
            self.0.get().unwrap().step();
        }
        Ok(())
    }
}

/// A runtime, and what gives it a turn without borrowing it.
fn driven(host: Host) -> (Runtime, Box<dyn Fn()>) {
    #[cfg(feature = "glib")]
    if host == Host::GLib {
        let context = ::glib::MainContext::new();
        let rt = Runtime::builder().main_context(&context).build().unwrap();
        return (rt, Box::new(move || while context.iteration(false) {}));
    }
    assert_eq!(host, Host::Standalone);
    let by_hand = ByHand::default();
    let rt = Runtime::builder()
        .event_loop(by_hand.clone())
        .build()
        .unwrap();
    let turn = move || while by_hand.0.get().unwrap().turn(Priority::Default) != Turn::Done {};
    (rt, Box::new(turn))
}

fn a_runtime_dropped_inside_one_of_its_coroutines(host: Host) {
    let (rt, turn) = driven(host);
    let (notes, slot) = (Notes::new(), Rc::new(RefCell::new(None)));
    let note = |text| {
        let notes = notes.clone();
        OnDrop::new(move || notes.push(text))
    };
    let on_drop = note("other dropped");
    let other = rt.spawn(async move {
        let _on_drop = on_drop;
        pending::<()>().await;
    });
    let (on_drop, log, runtime) = (note("dropper dropped"), notes.clone(), slot.clone());
    let dropper = rt.spawn(async move {
        let _on_drop = on_drop;
        yield_now().await;
        drop::<Option<Runtime>>(runtime.take());
        log.push("still in its poll");
        // What is started now never runs, and does no harm.
        drop(spawn(async { panic!("started after the end") }));
        let _ = catch_unwind(|| glib_coro::block_on(async {}));
        sleep(Duration::ZERO).await;
        log.push("polled after the end");
    });
    slot.replace(Some(rt));
    turn();
    turn();
    assert_eq!(
        notes.take(),
        ["other dropped", "still in its poll", "dropper dropped"]
    );
    assert!(other.is_finished() && dropper.is_finished());
    assert!(block_on_elsewhere(dropper).unwrap_err().is_cancelled());
}

fn a_runtime_dropped_under_a_nested_loop_of_its_own(host: Host) {
    let (rt, turn) = driven(host);
    let (drops, slot) = (DropNote::new(), Rc::new(RefCell::new(None)));
    let nesting = rt.spawn({
        let guard = drops.guard();
        async move {
            let _guard = guard;
            // It ends with a panic: the future cannot be done any more.
            glib_coro::block_on(pending::<()>());
        }
    });
    let runtime = slot.clone();
    drop(rt.spawn(async move {
        yield_now().await;
        drop::<Option<Runtime>>(runtime.take());
    }));
    slot.replace(Some(rt));
    turn();
    turn();
    assert_eq!(drops.count(), 1);
    let error = block_on_elsewhere(nesting).unwrap_err();
    assert!(error.is_panic() || error.is_cancelled());
}

fn spawn_from_many_threads_loses_nothing(host: Host) {
    let rt = host.runtime();
    let ran = Counter::new();
    let threads: Vec<_> = (0..4)
        .map(|_| {
            let (handle, ran) = (rt.handle(), ran.clone());
            thread::spawn(move || {
                for _ in 0..2_000 {
                    let ran = ran.clone();
                    drop(handle.spawn(async move {
                        yield_now().await;
                        ran.add();
                    }));
                }
            })
        })
        .collect();
    rt.block_on(async {
        while ran.get() < 8_000 {
            sleep(Duration::from_micros(100)).await;
        }
    });
    for thread in threads {
        thread.join().unwrap();
    }
    assert_eq!(rt.metrics().spawned, 8_001);
}

fn a_wake_reaches_a_loop_that_is_about_to_sleep(host: Host) {
    // Ping-pong with a thread: each wake comes at another moment of the loop's way to its sleep.
    let rt = host.runtime();
    let waker = Arc::new(Mutex::new(None::<Waker>));
    let rounds = Counter::new();
    let thread = thread::spawn({
        let (waker, rounds) = (waker.clone(), rounds.clone());
        move || {
            while rounds.get() < 20_000 {
                let taken = waker.lock().unwrap().take();
                match taken {
                    Some(waker) => {
                        rounds.add();
                        waker.wake();
                    }
                    None => thread::yield_now(),
                }
            }
        }
    });
    rt.block_on(poll_fn(|cx| {
        if rounds.get() == 20_000 {
            return Poll::Ready(());
        }
        *waker.lock().unwrap() = Some(cx.waker().clone());
        Poll::Pending
    }));
    thread.join().unwrap();
}

on_every_host![
    the_last_waker_may_be_used_and_dropped_on_another_thread,
    wakers_outlive_their_runtime,
    spawn_from_many_threads_loses_nothing,
    a_wake_reaches_a_loop_that_is_about_to_sleep,
];
on_every_host![alone:
    a_detached_coroutine_whose_only_waker_goes_elsewhere_stays_at_home,
    handles_may_be_dropped_on_another_thread,
    a_thread_that_ends_drops_its_coroutines_itself,
    a_thread_that_ends_with_its_own_runtime_drops_its_coroutines,
    spawn_in_thread_local_destructors_does_not_abort,
    a_call_that_must_not_overlap_in_a_destructor_of_an_ending_thread_is_cancelled,
    a_thousand_runtimes_leave_no_descriptor;
    ours: a_runtime_that_runs_while_its_thread_ends_loses_nothing,
    a_runtime_dropped_inside_one_of_its_coroutines,
    a_runtime_dropped_under_a_nested_loop_of_its_own,
];
