//! The paused clock: it jumps to the next timer when nothing else can run, and not before.
//!
//! A sleep of an hour that does not end at once fails its test as hung.

#![forbid(unsafe_code)]
#![cfg(feature = "test-util")]

use std::cell::OnceCell;
use std::future::pending;
use std::io;
use std::os::unix::net::UnixStream;
use std::pin::pin;
use std::thread;
use std::time::{Duration, Instant};

use futures_util::{AsyncReadExt, AsyncWriteExt, poll};
use glib_coro::event_loop::{Driver, EventLoop};
use glib_coro::task::{CancellationToken, Priority};
use glib_coro::time::{
    self, MissedTickBehavior, advance, interval, interval_at, now, sleep_until, timeout_at,
};
use glib_coro::{Async, Runtime, block_on, sleep, spawn, timeout, unblock, yield_now};
use glib_coro_tests::{Counter, Host, Notes, catch_panic, on_every_host};

const HOUR: Duration = Duration::from_secs(3600);

fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

fn paused(host: Host) -> Runtime {
    host.builder().start_paused(true).build().unwrap()
}

fn an_hours_sleep_takes_an_hour_of_the_clock_and_nothing_else(host: Host) {
    paused(host).block_on(async {
        let start = now();
        sleep(HOUR).await;
        assert_eq!(now() - start, HOUR);
        sleep(Duration::from_nanos(1)).await;
        assert_eq!(now() - start, HOUR + Duration::from_nanos(1));
        // What cannot be waited for in a life.
        sleep(Duration::MAX).await;
        assert!(now() - start >= 24 * 365 * HOUR);
    });
}

fn advance_fires_what_is_due_in_one_step(host: Host) {
    let notes = Notes::new();
    paused(host).block_on(async {
        let start = now();
        for seconds in [3, 1, 2, 5, 4] {
            let notes = notes.clone();
            spawn(async move {
                sleep(Duration::from_secs(seconds)).await;
                notes.push((seconds, now() - start));
            });
        }
        yield_now().await;
        advance(Duration::from_secs(3)).await;
        let at = Duration::from_secs(3);
        assert_eq!(notes.take(), [(1, at), (2, at), (3, at)]);
        assert_eq!(now() - start, at);
        advance(Duration::ZERO).await;
        assert!(notes.is_empty());
        // The rest comes by itself, each at its own time.
        sleep(HOUR).await;
        let at = Duration::from_secs;
        assert_eq!(notes.take(), [(4, at(4)), (5, at(5))]);
        assert_eq!(now() - start, at(3) + HOUR);
    });
}

fn timers_keep_their_distance_over_a_pause(host: Host) {
    host.runtime().block_on(async {
        let created = now();
        let waiter = spawn(sleep(ms(50)));
        yield_now().await;
        time::pause();
        let at_pause = now();
        assert!(at_pause >= created);
        // Nothing waits here, so the clock stands still however much real time goes by.
        thread::sleep(ms(100));
        assert_eq!(now(), at_pause);
        yield_now().await;
        assert!(!waiter.is_finished());
        let real = Instant::now();
        time::resume();
        waiter.await.unwrap();
        // As much as was left, and in real time.
        assert!(now() - created >= ms(50));
        assert!(real.elapsed() >= (created + ms(50)) - at_pause);

        // The other way round: made on a paused clock that has jumped far ahead.
        time::pause();
        sleep(HOUR).await;
        let waiter = spawn(sleep(ms(20)));
        yield_now().await;
        let ahead = now();
        let real = Instant::now();
        time::resume();
        waiter.await.unwrap();
        assert!(real.elapsed() >= ms(20));
        assert!(now() - ahead >= ms(20));
        // And paused once more.
        time::pause();
        let again = now();
        assert!(again > ahead);
        sleep(HOUR).await;
        assert_eq!(now() - again, HOUR);
    });
}

fn instants_from_before_the_pause_are_on_the_same_clock(host: Host) {
    host.runtime().block_on(async {
        let before = Instant::now();
        time::pause();
        let start = now();
        assert!(start >= before);
        // Over already: it ends, and the clock does not move.
        sleep_until(before).await;
        sleep(Duration::ZERO).await;
        assert!(timeout_at(before, pending::<()>()).await.is_err());
        assert_eq!(now(), start);
        sleep_until(before + HOUR).await;
        assert_eq!(now(), before + HOUR);
    });
}

fn an_exchange_over_sockets_goes_before_the_jump(host: Host) {
    paused(host).block_on(async {
        let start = now();
        let (a, b) = UnixStream::pair().unwrap();
        let echo = spawn(async move {
            let mut b = Async::new(b)?;
            let mut byte = [0];
            while b.read(&mut byte).await? == 1 {
                b.write_all(&byte).await?;
            }
            Ok::<_, io::Error>(())
        });
        let mut a = Async::new(a).unwrap();
        for n in 0..100 {
            let answer = timeout(Duration::from_nanos(1), async {
                a.write_all(&[n]).await?;
                let mut byte = [0];
                a.read_exact(&mut byte).await?;
                Ok::<_, io::Error>(byte[0])
            });
            assert_eq!(answer.await.expect("no jump").unwrap(), n);
        }
        drop(a);
        echo.await.unwrap().unwrap();
        assert_eq!(now(), start);
    });
}

fn a_blocking_job_holds_the_clock(host: Host) {
    paused(host).block_on(async {
        let start = now();
        let ended = Counter::new();
        let job = spawn(unblock({
            let ended = ended.clone();
            move || {
                thread::sleep(ms(50));
                ended.add();
            }
        }));
        sleep(HOUR).await;
        assert_eq!(ended.get(), 1, "the clock jumped over the job");
        job.await.unwrap();
        assert_eq!(now() - start, HOUR);
        // What waits for it is not late, however short its time.
        for _ in 0..20 {
            let answer = timeout(Duration::from_nanos(1), unblock(|| 42)).await;
            assert_eq!(answer, Ok(42));
        }
    });
}

fn timers_that_are_gone_do_not_move_the_clock(host: Host) {
    paused(host).block_on(async {
        let start = now();
        assert_eq!(timeout(ms(1), async { 1 }).await, Ok(1));
        let aborted = spawn(sleep(ms(2)));
        let mut dropped = Box::pin(sleep(ms(3)));
        assert!(poll!(dropped.as_mut()).is_pending());
        drop(dropped);
        yield_now().await;
        aborted.abort();
        aborted.await.unwrap_err();
        let mut reset = pin!(sleep(ms(4)));
        assert!(poll!(reset.as_mut()).is_pending());
        reset.reset(start + HOUR);
        reset.as_mut().await;
        assert_eq!(now() - start, HOUR);
        assert!(reset.is_elapsed());
    });
}

fn without_a_timer_a_paused_loop_sleeps(host: Host) {
    let rt = paused(host);
    let token = CancellationToken::new();
    let canceller = {
        let token = token.clone();
        thread::spawn(move || {
            thread::sleep(ms(50));
            token.cancel();
        })
    };
    rt.block_on(yield_now());
    let turns = rt.metrics().turns;
    rt.block_on(token.cancelled());
    assert!(rt.metrics().turns - turns <= 10, "{:?}", rt.metrics());
    canceller.join().unwrap();
}

fn the_clock_jumps_in_a_nested_loop(host: Host) {
    let notes = Notes::new();
    paused(host).block_on(async {
        let start = now();
        let beside = spawn({
            let notes = notes.clone();
            async move {
                for _ in 0..3 {
                    sleep(HOUR).await;
                    notes.push(("beside", (now() - start).as_secs() / 60));
                }
            }
        });
        let nesting = spawn({
            let notes = notes.clone();
            async move {
                sleep(HOUR / 2).await;
                block_on(async {
                    sleep(HOUR).await;
                    notes.push(("nested", (now() - start).as_secs() / 60));
                });
                notes.push(("outer", (now() - start).as_secs() / 60));
                sleep(HOUR).await;
                notes.push(("outer", (now() - start).as_secs() / 60));
            }
        });
        beside.await.unwrap();
        nesting.await.unwrap();
    });
    let expected = [
        ("beside", 60),
        ("nested", 90),
        ("outer", 90),
        ("beside", 120),
        ("outer", 150),
        ("beside", 180),
    ];
    assert_eq!(notes.take(), expected);
}

fn each_runtime_has_a_clock_of_its_own(host: Host) {
    let (first, second, real) = (paused(host), paused(host), host.runtime());
    first.block_on(async {
        let start = now();
        sleep(HOUR).await;
        second.block_on(async {
            assert!(now() - HOUR < start);
            sleep(24 * HOUR).await;
            assert!(now() > start + 24 * HOUR);
        });
        real.block_on(async {
            let before = Instant::now();
            let shown = now();
            assert!(before <= shown && shown <= Instant::now());
            sleep(ms(1)).await;
            assert!(before.elapsed() >= ms(1));
        });
        assert_eq!(now() - start, HOUR);
    });
    // Also between polls.
    let shown = first.block_on(async { now() });
    {
        let _entered = first.enter();
        assert_eq!(now(), shown);
    }
    let _entered = real.enter();
    assert!(now() < shown);
    time::pause();
    time::resume();
}

fn intervals_follow_the_clock(host: Host) {
    paused(host).block_on(async {
        let start = now();
        let mut ticks = interval_at(start + HOUR, HOUR);
        for n in 1..=100 {
            assert_eq!(ticks.tick().await, start + n * HOUR);
            assert_eq!(now(), start + n * HOUR);
        }
        for (behavior, expected) in [
            (MissedTickBehavior::Burst, [1, 2, 3]),
            (MissedTickBehavior::Delay, [1, 6, 7]),
            (MissedTickBehavior::Skip, [1, 6, 7]),
        ] {
            let mut ticks = interval(HOUR);
            ticks.set_missed_tick_behavior(behavior);
            let start = ticks.tick().await;
            // Half an hour later than a tick.
            advance(5 * HOUR + HOUR / 2).await;
            let mut dues = Vec::new();
            for _ in 0..3 {
                dues.push(ticks.tick().await - start);
            }
            let late = if behavior == MissedTickBehavior::Delay {
                HOUR / 2
            } else {
                Duration::ZERO
            };
            let expected = [
                expected[0] * HOUR,
                expected[1] * HOUR + late,
                expected[2] * HOUR + late,
            ];
            assert_eq!(dues, expected, "{behavior:?}");
        }
    });
}

fn shutdowns_grace_is_time_of_the_paused_clock(host: Host) {
    for (needs, grace, cleaned) in [(HOUR, 2 * HOUR, true), (2 * HOUR, HOUR, false)] {
        let rt = paused(host);
        // So that its clock and the real one are far apart.
        rt.block_on(async { sleep(24 * HOUR).await });
        let token = rt.shutdown_token();
        let done = Counter::new();
        let cleaner = rt.spawn({
            let done = done.clone();
            async move {
                token.cancelled().await;
                sleep(needs).await;
                done.add();
            }
        });
        rt.shutdown(grace);
        assert!(cleaner.is_finished());
        assert_eq!(done.get() == 1, cleaned);
    }
}

fn wakes_from_other_threads_arrive_while_the_clock_stands(host: Host) {
    let rt = paused(host);
    let handle = rt.handle();
    let other = thread::spawn(move || {
        let spawned = handle.spawn(async {
            let start = now();
            sleep(HOUR).await;
            now() - start
        });
        glib_coro_tests::block_on_elsewhere(spawned)
    });
    let token = CancellationToken::new();
    let waiter = rt.spawn({
        let token = token.clone();
        async move { token.cancelled().await }
    });
    let joiner = thread::spawn(move || {
        let slept = other.join().unwrap().unwrap();
        token.cancel();
        slept
    });
    rt.block_on(waiter).unwrap();
    assert_eq!(joiner.join().unwrap(), HOUR);
}

fn what_cannot_be_is_said_with_its_remedy(host: Host) {
    host.runtime().block_on(async {
        let caught = catch_panic(time::resume);
        assert!(
            caught.message.contains("call `time::pause()` first"),
            "{caught:?}"
        );
        let mut early = Box::pin(advance(HOUR));
        let line = line!() - 1;
        let waker = std::task::Waker::noop();
        let caught = catch_panic(|| {
            let _ = early
                .as_mut()
                .poll(&mut std::task::Context::from_waker(waker));
        });
        assert!(caught.message.contains("start_paused(true)"), "{caught:?}");
        let place = format!("{}:{line}:", file!());
        assert!(caught.message.contains(&place), "{caught:?}");

        time::pause();
        let line = line!() + 1;
        let caught = catch_panic(|| time::pause());
        assert_eq!((&*caught.file, caught.line), (file!(), line), "{caught:?}");
        assert!(caught.message.contains("paused already"), "{caught:?}");
        let start = now();
        let mut far = Box::pin(advance(Duration::MAX));
        let caught = catch_panic(|| {
            let _ = far
                .as_mut()
                .poll(&mut std::task::Context::from_waker(waker));
        });
        assert!(caught.message.contains("advance by less"), "{caught:?}");
        assert_eq!(now(), start, "nothing happened");

        time::resume();
        let line = line!() + 1;
        let caught = catch_panic(|| time::resume());
        assert_eq!((&*caught.file, caught.line), (file!(), line), "{caught:?}");
    });
    let rt = paused(host);
    rt.block_on(async {
        let caught = catch_panic(time::pause);
        assert!(caught.message.contains("`start_paused`"), "{caught:?}");
    });
}

/// A host that knows the public contract and nothing else.
#[derive(Default)]
struct Foreign(OnceCell<Driver>);

impl EventLoop for Foreign {
    fn attach(&self, driver: Driver) -> io::Result<()> {
        self.0.set(driver).map_err(|_| io::Error::other("once"))
    }

    fn run_until(&self, done: &dyn Fn() -> bool) -> io::Result<()> {
        let driver = self.0.get().expect("attached");
        while !done() {
            let deadline = driver.next_deadline();
            let timeout = match deadline {
                Some(deadline) if deadline <= Instant::now() => rustix::event::Timespec::default(),
                _ => rustix::event::Timespec {
                    tv_sec: 3600,
                    tv_nsec: 0,
                },
            };
            let mut fds = [rustix::event::PollFd::new(
                driver,
                rustix::event::PollFlags::IN,
            )];
            let readable = rustix::event::poll(&mut fds, Some(&timeout))? > 0;
            if readable {
                driver.turn(Priority::Default);
            }
            let ready = Priority::ALL.into_iter().find(|&p| driver.is_ready(p));
            if let Some(priority) = ready {
                driver.turn(priority);
            }
        }
        Ok(())
    }
}

#[test]
fn a_host_need_not_know_of_the_clock() {
    let rt = Runtime::builder()
        .event_loop(Foreign::default())
        .start_paused(true)
        .build()
        .unwrap();
    rt.block_on(async {
        let start = now();
        let tasks = [3, 1, 2].map(|n| spawn(async move { sleep(n * HOUR).await }));
        for task in tasks {
            task.await.unwrap();
        }
        assert_eq!(now() - start, 3 * HOUR);
    });
}

on_every_host![
    an_hours_sleep_takes_an_hour_of_the_clock_and_nothing_else,
    advance_fires_what_is_due_in_one_step,
    timers_keep_their_distance_over_a_pause,
    instants_from_before_the_pause_are_on_the_same_clock,
    an_exchange_over_sockets_goes_before_the_jump,
    a_blocking_job_holds_the_clock,
    timers_that_are_gone_do_not_move_the_clock,
    without_a_timer_a_paused_loop_sleeps,
    intervals_follow_the_clock,
    shutdowns_grace_is_time_of_the_paused_clock,
    wakes_from_other_threads_arrive_while_the_clock_stands,
    what_cannot_be_is_said_with_its_remedy;
    ours: the_clock_jumps_in_a_nested_loop,
    each_runtime_has_a_clock_of_its_own,
];
