//! P5: a sleep never ends early, and never wraps. Timers, timeouts, intervals.

#![forbid(unsafe_code)]

use std::future::{Future, pending, poll_fn};
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, Weak};
use std::task::{Context, Poll, Wake, Waker};
use std::thread;
use std::time::{Duration, Instant};

use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt, StreamExt, poll};
use glib_coro::time::{
    Interval, MissedTickBehavior, Sleep, interval, interval_at, sleep_until, timeout_at,
};
use glib_coro::{sleep, spawn, timeout, yield_now};
use glib_coro_tests::{Counter, DropNote, Host, Notes, on_every_host};

const HOUR: Duration = Duration::from_secs(3600);

fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

fn a_thousand_sleeps_none_early(host: Host) {
    host.runtime().block_on(async {
        let sleeps: Vec<_> = (0..1_000)
            .map(|n| {
                // 100 µs to 20 ms, in no order.
                let duration = Duration::from_nanos(100_000 + (n * 7_919 % 1_000) * 19_919);
                spawn(async move {
                    let start = Instant::now();
                    sleep(duration).await;
                    (start.elapsed(), duration)
                })
            })
            .collect();
        for slept in sleeps {
            let (elapsed, duration) = slept.await.unwrap();
            assert!(elapsed >= duration, "{elapsed:?} instead of {duration:?}");
        }
    });
}

fn the_loop_wakes_for_each_timer_of_a_single_sleeper(host: Host) {
    host.runtime().block_on(async {
        for microseconds in [1, 999, 1_000, 1_001, 1_999, 2_500] {
            let duration = Duration::from_micros(microseconds);
            let start = Instant::now();
            sleep(duration).await;
            assert!(start.elapsed() >= duration, "{duration:?}");
        }
    });
}

fn no_duration_wraps(host: Host) {
    let rt = host.runtime();
    let long = [
        ms((1 << 31) + 5),
        ms((1 << 32) + 5),
        Duration::from_micros((1 << 32) + 5),
        Duration::from_secs((1 << 32) + 5),
        Duration::from_secs(i64::MAX as u64),
        Duration::from_secs(u64::MAX),
        Duration::from_nanos(u64::MAX),
        Duration::MAX,
    ];
    let tasks = long.map(|duration| rt.spawn(sleep(duration)));
    rt.block_on(yield_now());
    let turns = rt.metrics().turns;
    rt.block_on(sleep(ms(50)));
    for (task, duration) in tasks.iter().zip(long) {
        assert!(!task.is_finished(), "{duration:?}");
    }
    // A deadline that is cut short must not make the loop wake again and again, either.
    assert!(rt.metrics().turns - turns <= 10, "{:?}", rt.metrics());
    rt.block_on(async {
        assert_eq!(timeout(Duration::MAX, async { 1 }).await, Ok(1));
        interval(Duration::MAX).tick().await;
    });
}

fn equal_deadlines_fire_in_the_order_of_creation(host: Host) {
    let order_for = |deadline: Instant, polled: [usize; 6]| {
        let mut sleeps = polled.map(|_| Some(sleep_until(deadline)));
        // All of them are polled in one poll, between which and the next nothing fires, and again in the order of their wakes.
        let sleeps = polled.map(|n| sleeps[n].take().unwrap().map(move |()| n));
        let sleeps = FuturesUnordered::from_iter(sleeps);
        host.runtime().block_on(sleeps.collect::<Vec<_>>())
    };
    for polled in [[0, 1, 2, 3, 4, 5], [5, 4, 3, 2, 1, 0], [3, 0, 5, 1, 4, 2]] {
        for lead in [Duration::ZERO, ms(5)] {
            assert_eq!(order_for(Instant::now() + lead, polled), [0, 1, 2, 3, 4, 5]);
        }
    }
}

fn earlier_deadlines_fire_first_however_late(host: Host) {
    // `None`: one of them was due before all of them had been polled for the first time, on a machine that is that slow.
    let order_after = |lead: Duration| {
        let notes = Notes::new();
        let in_time = host.runtime().block_on(async {
            let start = Instant::now() + lead;
            let tasks: Vec<_> = [3, 1, 2]
                .map(|n| (n, sleep_until(start + ms(n))))
                .into_iter()
                .map(|(n, sleep)| {
                    let notes = notes.clone();
                    spawn(async move {
                        sleep.await;
                        notes.push(n);
                    })
                })
                .collect();
            yield_now().await;
            let in_time = Instant::now() < start;
            thread::sleep(lead + ms(10));
            for task in tasks {
                task.await.unwrap();
            }
            in_time
        });
        in_time.then(|| notes.take())
    };
    let mut leads = (0..).map(|attempt| ms(50) * 2_u32.pow(attempt));
    assert_eq!(leads.find_map(order_after), Some(vec![1, 2, 3]));
}

/// A sleep that one coroutine awaits and somebody else resets, and the number of its polls.
fn shared(sleep: Sleep) -> (Arc<Mutex<Sleep>>, Counter, impl Future<Output = ()>) {
    let (sleep, polls) = (Arc::new(Mutex::new(sleep)), Counter::new());
    let wait = poll_fn({
        let (sleep, polls) = (sleep.clone(), polls.clone());
        move |cx| {
            polls.add();
            Pin::new(&mut *sleep.lock().unwrap()).poll(cx)
        }
    });
    (sleep, polls, wait)
}

fn reset_wakes_the_waiter_at_the_new_deadline_without_another_poll(host: Host) {
    host.runtime().block_on(async {
        // Before, at and beyond the old deadline.
        for (first, then) in [
            (HOUR, ms(5)),
            (HOUR, ms(0)),
            (ms(5), ms(20)),
            (ms(0), ms(5)),
        ] {
            let (sleep, polls, wait) = shared(sleep(first));
            let waiter = spawn(wait);
            yield_now().await;
            assert_eq!(polls.get(), 1);
            let deadline = Instant::now() + then;
            sleep.lock().unwrap().reset(deadline);
            assert_eq!(sleep.lock().unwrap().deadline(), deadline);
            waiter.await.unwrap();
            assert!(Instant::now() >= deadline, "{first:?}, then {then:?}");
        }
    });
}

fn reset_after_the_end_starts_anew(host: Host) {
    host.runtime().block_on(async {
        let mut sleep = sleep(Duration::ZERO);
        (&mut sleep).await;
        assert!(sleep.is_elapsed());
        (&mut sleep).await;
        let deadline = Instant::now() + ms(5);
        sleep.reset(deadline);
        (&mut sleep).await;
        assert!(Instant::now() >= deadline);
        sleep.reset(Instant::now() + HOUR);
        assert!(!sleep.is_elapsed());
        assert!(timeout(ms(1), sleep).await.is_err());
    });
}

fn reset_on_another_thread_reaches_a_loop_that_sleeps(host: Host) {
    let rt = host.runtime();
    let (sleep, _, wait) = shared(sleep(HOUR));
    let resetter = thread::spawn(move || {
        // In general the loop sleeps by then; the test holds in any case.
        thread::sleep(ms(30));
        let deadline = Instant::now() + ms(5);
        sleep.lock().unwrap().reset(deadline);
        deadline
    });
    rt.block_on(wait);
    assert!(Instant::now() >= resetter.join().unwrap());
}

fn a_sleep_dropped_on_another_thread_wakes_nobody(host: Host) {
    let rt = host.runtime();
    let (polls, mut slot) = (Counter::new(), Some(sleep(ms(20))));
    rt.block_on(async {
        poll_fn(|cx| {
            polls.add();
            if let Some(mut sleep) = slot.take() {
                assert!(Pin::new(&mut sleep).poll(cx).is_pending());
                thread::spawn(move || drop(sleep)).join().unwrap();
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            Poll::Ready(())
        })
        .await;
        sleep(ms(40)).await;
    });
    assert_eq!(polls.get(), 2);
}

/// Drops sleeps when it is woken.
struct Dropper(Mutex<Vec<Sleep>>, Counter);

impl Wake for Dropper {
    fn wake(self: Arc<Self>) {
        self.1.add();
        let sleeps = std::mem::take(&mut *self.0.lock().unwrap());
        drop(sleeps);
    }
}

fn a_timers_waker_may_drop_other_timers(host: Host) {
    let woken = Counter::new();
    host.runtime().block_on(async {
        let deadline = Instant::now() + ms(5);
        let droppers: [Arc<Dropper>; 4] =
            std::array::from_fn(|_| Arc::new(Dropper(Mutex::default(), woken.clone())));
        // Each holds timers of the others: the first one to be woken drops some that are due at the
        // same moment, some that are not, and its own.
        for (n, dropper) in droppers.iter().enumerate() {
            let waker = Waker::from(dropper.clone());
            for deadline in [deadline, deadline + ms(1), deadline + HOUR] {
                let mut sleep = sleep_until(deadline);
                let polled = Pin::new(&mut sleep).poll(&mut Context::from_waker(&waker));
                assert!(polled.is_pending());
                let holder = &droppers[(n + usize::from(deadline != deadline + ms(1))) % 4];
                holder.0.lock().unwrap().push(sleep);
            }
        }
        let weak: Vec<Weak<Dropper>> = droppers.iter().map(Arc::downgrade).collect();
        drop(droppers);
        sleep_until(deadline + ms(10)).await;
        assert!(woken.get() >= 1);
        // What was not woken was dropped with its timers: nothing is left behind.
        assert!(weak.iter().all(|dropper| dropper.strong_count() == 0));
        sleep(ms(1)).await;
    });
}

fn timeout_gives_up_and_drops_the_future(host: Host) {
    host.runtime().block_on(async {
        let drops = DropNote::new();
        let guard = drops.guard();
        let never = async move {
            let _guard = guard;
            pending::<()>().await;
        };
        let start = Instant::now();
        let elapsed = timeout(ms(10), never).await.unwrap_err();
        assert!(start.elapsed() >= ms(10));
        assert_eq!(drops.count(), 1);
        let error = std::io::Error::from(elapsed);
        assert_eq!(error.kind(), std::io::ErrorKind::TimedOut);

        assert_eq!(timeout(HOUR, async { 1 }).await, Ok(1));
        assert_eq!(timeout_at(Instant::now(), async { 2 }).await, Ok(2));
        assert!(timeout_at(Instant::now(), pending::<()>()).await.is_err());
        // A future that is ready when both are gives its output, however late.
        let late = async {
            thread::sleep(ms(10));
            yield_now().await;
            3
        };
        assert_eq!(timeout(ms(1), late).await, Ok(3));
    });
}

/// The dues of three ticks after one that came late, from the start; and when the late one came.
async fn dues_after_a_late_tick(
    behavior: MissedTickBehavior,
    period: Duration,
) -> (Instant, Instant, Instant, Vec<Instant>) {
    let mut interval = interval(period);
    assert_eq!(interval.missed_tick_behavior(), MissedTickBehavior::Burst);
    let start = interval.tick().await;
    // Not before: the first tick may be late by more than a period, on a machine that is that slow.
    interval.set_missed_tick_behavior(behavior);
    thread::sleep(period * 5 + ms(7));
    let before = Instant::now();
    assert_eq!(interval.tick().await, start + period, "none is lost");
    let after = Instant::now();
    let mut dues = Vec::new();
    for _ in 0..3 {
        let due = interval.tick().await;
        assert!(Instant::now() >= due, "a tick came early");
        dues.push(due);
    }
    (start, before, after, dues)
}

fn missed_ticks_come_in_a_burst_are_delayed_or_skipped(host: Host) {
    let period = ms(10);
    host.runtime().block_on(async {
        let (start, .., dues) = dues_after_a_late_tick(MissedTickBehavior::Burst, period).await;
        assert_eq!(dues, [2, 3, 4].map(|n| start + period * n));

        let (_, before, after, dues) =
            dues_after_a_late_tick(MissedTickBehavior::Delay, period).await;
        assert!((before + period..=after + period).contains(&dues[0]));
        assert!(dues[1] >= dues[0] + period && dues[2] >= dues[1] + period);

        let (start, before, _, dues) =
            dues_after_a_late_tick(MissedTickBehavior::Skip, period).await;
        assert!(dues[0] > before, "a tick that was missed came");
        for due in dues {
            assert_eq!((due - start).as_nanos() % period.as_nanos(), 0);
        }
    });
}

fn an_interval_keeps_its_tick_when_a_call_is_cancelled(host: Host) {
    host.runtime().block_on(async {
        let start = Instant::now() + ms(10);
        let mut ticks = interval_at(start, HOUR);
        // Called off before it is due, and when it is due but was not polled again.
        assert!(poll!(pin!(ticks.tick())).is_pending());
        {
            let mut tick = pin!(ticks.tick());
            assert!(poll!(&mut tick).is_pending());
            sleep_until(start + ms(1)).await;
        }
        assert_eq!(ticks.tick().await, start);
        assert!(timeout(ms(5), ticks.tick()).await.is_err());
        // Also a stream; and `reset` counts from now.
        let mut stream: Interval = interval(ms(1));
        let first = stream.next().await.unwrap();
        assert_eq!(stream.next().await, Some(first + ms(1)));
        let now = Instant::now();
        stream.reset();
        assert!(stream.tick().await >= now + stream.period());
    });
}

on_every_host![
    a_thousand_sleeps_none_early,
    the_loop_wakes_for_each_timer_of_a_single_sleeper,
    no_duration_wraps,
    equal_deadlines_fire_in_the_order_of_creation,
    earlier_deadlines_fire_first_however_late,
    reset_wakes_the_waiter_at_the_new_deadline_without_another_poll,
    reset_after_the_end_starts_anew,
    reset_on_another_thread_reaches_a_loop_that_sleeps,
    a_sleep_dropped_on_another_thread_wakes_nobody,
    a_timers_waker_may_drop_other_timers,
    timeout_gives_up_and_drops_the_future,
    missed_ticks_come_in_a_burst_are_delayed_or_skipped,
    an_interval_keeps_its_tick_when_a_call_is_cancelled,
];
