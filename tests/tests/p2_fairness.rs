//! P2: coroutines cannot starve the rest of the loop, nor each other.

#![forbid(unsafe_code)]

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::io::Write;
use std::os::unix::net::UnixStream;
use std::pin::Pin;
use std::rc::Rc;
use std::time::{Duration, Instant};

use glib_coro::task::{Builder, Priority};
use glib_coro::{Runtime, idle, readable, sleep, spawn, yield_now};
use glib_coro_tests::{Counter, Host, Notes, on_every_host, on_glib, tick};

/// Coroutines that are always ready, counting their polls.
fn yielders(rt: &Runtime, priority: Priority, number: usize) -> Counter {
    let yields = Counter::new();
    let _entered = rt.enter();
    for _ in 0..number {
        Builder::new()
            .priority(priority)
            .spawn(tick(yields.clone()));
    }
    yields
}

fn idle_coroutines_progress_beside_yielders_of_every_other_priority(host: Host) {
    let rt = host.runtime();
    let high = yielders(&rt, Priority::High, 10);
    let default = yielders(&rt, Priority::Default, 10);
    let task = {
        let _entered = rt.enter();
        Builder::new().priority(Priority::Idle).spawn(async {
            for _ in 0..100 {
                yield_now().await;
            }
        })
    };
    rt.block_on(task).unwrap();
    assert!(high.get() > 0 && default.get() > 0);
}

fn every_priority_progresses_beside_all_others(host: Host) {
    let rt = host.runtime();
    let yields = Priority::ALL.map(|priority| yielders(&rt, priority, 10));
    let seen = || yields.each_ref().map(Counter::get);
    for _ in 0..5 {
        let before = seen();
        rt.block_on(async {
            while seen()
                .iter()
                .zip(before)
                .any(|(now, before)| *now < before + 100)
            {
                yield_now().await;
            }
        });
    }
}

fn the_more_urgent_go_first(host: Host) {
    // One turn does it all, however slow the machine is.
    let rt = host
        .builder()
        .budget(Duration::from_secs(3600))
        .build()
        .unwrap();
    let order = Notes::new();
    rt.block_on(async {
        let mut tasks = Vec::new();
        for priority in [Priority::Idle, Priority::Default, Priority::High] {
            for _ in 0..3 {
                let (builder, order) = (Builder::new().priority(priority), order.clone());
                tasks.push(builder.spawn(async move { order.push(priority) }));
            }
        }
        for task in tasks {
            task.await.unwrap();
        }
    });
    let order = order.take();
    assert!(order.is_sorted(), "{order:?}");
}

fn equals_take_turns_in_order(host: Host) {
    let rt = host.runtime();
    let order = Notes::new();
    rt.block_on(async {
        let tasks: Vec<_> = (0..5)
            .map(|number| {
                let order = order.clone();
                spawn(async move {
                    for _ in 0..20 {
                        order.push(number);
                        yield_now().await;
                    }
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
    });
    for (position, number) in order.take().into_iter().enumerate() {
        assert_eq!(number, position % 5);
    }
}

fn yield_now_lets_every_ready_equal_run_first(host: Host) {
    let rt = host.runtime();
    rt.block_on(async {
        let ran = Counter::new();
        for _ in 0..1_000 {
            let ran = ran.clone();
            spawn(async move { ran.add() });
        }
        yield_now().await;
        assert_eq!(ran.get(), 1_000);
    });
}

/// "I/O and timers are looked at at least every 61 polls": how many polls pass between `cause` and the
/// moment when a coroutine that waits for its effect runs, beside `equals` yielders.
async fn polls_until_seen(
    rt: &Runtime,
    wait: impl Future<Output = ()> + 'static,
    cause: impl FnOnce(),
) -> u64 {
    let seen = Rc::new(Cell::new(None));
    let task = spawn({
        let (seen, rt_polls) = (seen.clone(), rt.metrics().polls);
        async move {
            wait.await;
            seen.set(Some(rt_polls));
        }
    });
    // The waiter begins to wait, and whatever its registration reports is collected.
    for _ in 0..200 {
        yield_now().await;
    }
    assert!(!task.is_finished(), "nothing has happened yet");
    cause();
    let before = rt.metrics().polls;
    while !task.is_finished() {
        yield_now().await;
    }
    rt.metrics().polls - before
}

/// 61 polls until the loop looks, one round of the yielders, the waiter and the one who measures. A
/// turn may end in between, which looks earlier, never later.
const EQUALS: usize = 4;
const SOON: u64 = 61 + 2 * (EQUALS as u64 + 2);

fn a_ready_descriptor_is_seen_within_61_polls(host: Host) {
    let rt = host.runtime();
    yielders(&rt, Priority::Default, EQUALS);
    let (ours, mut theirs) = UnixStream::pair().unwrap();
    rt.block_on(async {
        let wait = async move { readable(&ours).await.unwrap() };
        let polls = polls_until_seen(&rt, wait, || theirs.write_all(b"x").unwrap()).await;
        assert!(polls <= SOON, "{polls} polls");
    });
}

fn a_due_timer_is_seen_within_61_polls(host: Host) {
    let rt = host.runtime();
    yielders(&rt, Priority::Default, EQUALS);
    rt.block_on(async {
        let sleep = Rc::new(RefCell::new(sleep(Duration::from_secs(3600))));
        let wait = {
            let sleep = sleep.clone();
            poll_fn(move |cx| Pin::new(&mut *sleep.borrow_mut()).poll(cx))
        };
        let cause = || sleep.borrow_mut().reset(Instant::now());
        let polls = polls_until_seen(&rt, wait, cause).await;
        assert!(polls <= SOON, "{polls} polls");
    });
}

fn a_wake_from_another_thread_is_seen_within_61_polls(host: Host) {
    let rt = host.runtime();
    yielders(&rt, Priority::Default, EQUALS);
    let wakers = Notes::new();
    rt.block_on(async {
        let mut polled = false;
        let wait = poll_fn({
            let wakers = wakers.clone();
            move |cx| {
                if std::mem::replace(&mut polled, true) {
                    return std::task::Poll::Ready(());
                }
                wakers.push(cx.waker().clone());
                std::task::Poll::Pending
            }
        });
        let wake = || {
            let waker = wakers.take().pop().unwrap();
            std::thread::spawn(move || waker.wake()).join().unwrap();
        };
        let polls = polls_until_seen(&rt, wait, wake).await;
        assert!(polls <= SOON, "{polls} polls");
    });
}

fn idle_waits_for_everything_that_is_ready(host: Host) {
    // With the default budget a slow machine may need several turns, and `idle` may come in between.
    let rt = host
        .builder()
        .budget(Duration::from_secs(3600))
        .build()
        .unwrap();
    rt.block_on(async {
        let done = Counter::new();
        for _ in 0..200 {
            let done = done.clone();
            spawn(async move {
                for _ in 0..3 {
                    yield_now().await;
                }
                done.add();
            });
        }
        idle().await;
        assert_eq!(done.get(), 200);
    });
}

fn idle_resumes_beside_yielders_that_never_rest(host: Host) {
    let rt = host.runtime();
    let yields = Priority::ALL.map(|priority| yielders(&rt, priority, 3));
    rt.block_on(async {
        for _ in 0..20 {
            idle().await;
        }
    });
    assert!(yields.iter().all(|yields| yields.get() > 0));
}

fn a_sleeper_wakes_beside_yielders_of_every_priority(host: Host) {
    let rt = host.runtime();
    for priority in Priority::ALL {
        yielders(&rt, priority, 10);
    }
    for priority in Priority::ALL {
        let sleeper = {
            let _entered = rt.enter();
            Builder::new()
                .priority(priority)
                .spawn(async { sleep(Duration::from_millis(2)).await })
        };
        rt.block_on(sleeper).unwrap();
    }
}

fn a_budget_of_zero_still_runs_one_poll_per_turn(host: Host) {
    let rt = host.builder().budget(Duration::ZERO).build().unwrap();
    yielders(&rt, Priority::Default, 2);
    rt.block_on(async {
        for _ in 0..100 {
            yield_now().await;
        }
        sleep(Duration::from_millis(1)).await;
    });
}

on_every_host![
    idle_coroutines_progress_beside_yielders_of_every_other_priority,
    every_priority_progresses_beside_all_others,
    the_more_urgent_go_first,
    equals_take_turns_in_order,
    yield_now_lets_every_ready_equal_run_first,
    a_ready_descriptor_is_seen_within_61_polls,
    a_due_timer_is_seen_within_61_polls,
    a_wake_from_another_thread_is_seen_within_61_polls,
    idle_waits_for_everything_that_is_ready,
    idle_resumes_beside_yielders_that_never_rest,
    a_sleeper_wakes_beside_yielders_of_every_priority,
    a_budget_of_zero_still_runs_one_poll_per_turn,
];

#[cfg(feature = "glib")]
mod other_sources {
    use std::sync::Mutex;

    use ::glib::{ControlFlow, MainContext};

    use super::*;

    /// These measure over a second of real time, so they do not run beside each other.
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

    /// How long this thread has run. By proc(5), as rustix's `clock_gettime` crashes under valgrind.
    fn processor_time() -> Duration {
        let stat = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
        let nanos = stat.split(' ').next().unwrap().parse().unwrap();
        Duration::from_nanos(nanos)
    }

    fn redraws_beside(priorities: &[Priority]) {
        let _alone = ONE_AT_A_TIME
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        let context = MainContext::new();
        let rt = Runtime::builder().main_context(&context).build().unwrap();
        let yields: Vec<_> = priorities
            .iter()
            .map(|&priority| yielders(&rt, priority, 100))
            .collect();
        let frames = Counter::new();
        let redraw = ::glib::timeout_source_new(
            Duration::from_millis(10),
            Some("redraw"),
            ::glib::Priority::from(120),
            {
                let frames = frames.clone();
                move || {
                    frames.add();
                    ControlFlow::Continue
                }
            },
        );
        redraw.attach(Some(&context));
        let start = processor_time();
        rt.block_on(sleep(Duration::from_secs(1)));
        // Of the time that the thread got: on a machine under load that may be a tenth of a second.
        let seconds = (processor_time() - start).as_secs_f64();
        assert!(seconds > 0.0, "the kernel does not count");
        let frames = frames.get() as f64;
        let yields: Vec<_> = yields.iter().map(Counter::get).collect();
        println!(
            "beside {priorities:?}: {:.0} dispatches/s of a 10 ms source, {yields:?} yields in {seconds:.2} s of work",
            frames / seconds
        );
        assert!(
            frames / seconds >= 20.0,
            "{frames} dispatches in {seconds:.2} s of work beside {priorities:?}"
        );
        assert!(yields.iter().all(|&yields| yields > 0), "{yields:?}");
        redraw.destroy();
    }

    pub(super) fn redraws_go_on_beside_high_yielders(_: Host) {
        redraws_beside(&[Priority::High]);
    }

    pub(super) fn redraws_go_on_beside_default_yielders(_: Host) {
        redraws_beside(&[Priority::Default]);
    }

    pub(super) fn redraws_go_on_beside_idle_yielders(_: Host) {
        redraws_beside(&[Priority::Idle]);
    }

    pub(super) fn redraws_go_on_beside_yielders_of_all_priorities(_: Host) {
        redraws_beside(&Priority::ALL);
    }

    /// The theorem in the docs of `runtime`: after at most 2ᵏ − 1 turns below k priorities in use.
    fn turns_between_dispatches(priorities: &[Priority], glib_priority: i32) -> u64 {
        let context = MainContext::new();
        let rt = Rc::new(Runtime::builder().main_context(&context).build().unwrap());
        for &priority in priorities {
            yielders(&rt, priority, 3);
        }
        let turns = Notes::new();
        let source = ::glib::idle_source_new(
            Some("always ready"),
            ::glib::Priority::from(glib_priority),
            {
                let turns = ::glib::thread_guard::ThreadGuard::new((turns.clone(), rt.clone()));
                move || {
                    let (turns, rt) = turns.get_ref();
                    turns.push(rt.metrics().turns);
                    ControlFlow::Continue
                }
            },
        );
        source.attach(Some(&context));
        while turns.len() < 50 {
            context.iteration(true);
        }
        source.destroy();
        let turns = turns.take();
        // The first few may come before all priorities have their source.
        turns[5..].windows(2).map(|w| w[1] - w[0]).max().unwrap()
    }

    pub(super) fn a_source_below_one_priority_waits_one_turn(_: Host) {
        assert!(turns_between_dispatches(&[Priority::Default], 120) <= 1);
    }

    pub(super) fn a_source_below_three_priorities_waits_seven_turns(_: Host) {
        let turns = turns_between_dispatches(&Priority::ALL, 300);
        assert!(turns <= 7, "{turns} turns between two dispatches");
    }

    pub(super) fn a_redraw_below_two_priorities_waits_three_turns(_: Host) {
        let turns = turns_between_dispatches(&[Priority::High, Priority::Default], 120);
        assert!(turns <= 3, "{turns} turns between two dispatches");
    }

    /// A source of the priority of redraws, which counts its dispatches.
    fn redraws(context: &MainContext) -> Counter {
        let drawn = Counter::new();
        let counted = drawn.clone();
        let source = ::glib::idle_source_new(None, ::glib::Priority::from(120), move || {
            counted.add();
            ControlFlow::Continue
        });
        source.attach(Some(context));
        drawn
    }

    pub(super) fn redraws_go_on_beside_sleeps_of_no_length(_: Host) {
        let context = MainContext::new();
        let rt = Runtime::builder().main_context(&context).build().unwrap();
        let drawn = redraws(&context);
        rt.block_on(async {
            while drawn.get() < 10 {
                sleep(Duration::ZERO).await;
            }
        });
    }

    pub(super) fn redraws_go_on_beside_a_descriptor_that_is_always_ready(_: Host) {
        let context = MainContext::new();
        let rt = Runtime::builder().main_context(&context).build().unwrap();
        let drawn = redraws(&context);
        let (ours, mut theirs) = UnixStream::pair().unwrap();
        theirs.write_all(b"x").unwrap();
        rt.block_on(async {
            while drawn.get() < 10 {
                readable(&ours).await.unwrap();
            }
        });
    }

    pub(super) fn idle_lets_a_pending_redraw_go_first(_: Host) {
        let context = MainContext::new();
        let rt = Runtime::builder().main_context(&context).build().unwrap();
        let drawn = Counter::new();
        rt.block_on(async {
            let redraw = ::glib::idle_source_new(None, ::glib::Priority::from(120), {
                let drawn = drawn.clone();
                move || {
                    drawn.add();
                    ControlFlow::Break
                }
            });
            redraw.attach(Some(&context));
            idle().await;
            assert_eq!(drawn.get(), 1);
        });
    }

    pub(super) fn a_source_of_equal_priority_takes_turns_with_yielders(_: Host) {
        let context = MainContext::new();
        let rt = Runtime::builder().main_context(&context).build().unwrap();
        yielders(&rt, Priority::Default, 10);
        let dispatches = Counter::new();
        let source = ::glib::idle_source_new(None, ::glib::Priority::DEFAULT, {
            let dispatches = dispatches.clone();
            move || {
                dispatches.add();
                ControlFlow::Continue
            }
        });
        source.attach(Some(&context));
        rt.block_on(async {
            while dispatches.get() < 100 {
                yield_now().await;
            }
        });
        source.destroy();
    }
}

#[cfg(feature = "glib")]
use other_sources::*;

on_glib![
    redraws_go_on_beside_high_yielders,
    redraws_go_on_beside_default_yielders,
    redraws_go_on_beside_idle_yielders,
    redraws_go_on_beside_yielders_of_all_priorities,
    redraws_go_on_beside_sleeps_of_no_length,
    redraws_go_on_beside_a_descriptor_that_is_always_ready,
    a_source_below_one_priority_waits_one_turn,
    a_source_below_three_priorities_waits_seven_turns,
    a_redraw_below_two_priorities_waits_three_turns,
    idle_lets_a_pending_redraw_go_first,
    a_source_of_equal_priority_takes_turns_with_yielders,
];
