//! The paused clock: what happens in which order, the same in every run.

#![forbid(unsafe_code)]
#![cfg(feature = "test-util")]

use std::cell::Cell;
use std::future::pending;
use std::thread;
use std::time::Duration;

use glib_coro::task::{Builder, Priority};
use glib_coro::time::{advance, now, sleep_until};
use glib_coro::{Runtime, idle, sleep, spawn, timeout, yield_now};
use glib_coro_tests::{Counter, Host, Notes, on_every_host};

const HOUR: Duration = Duration::from_secs(3600);

fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

fn paused(host: Host) -> Runtime {
    host.builder().start_paused(true).build().unwrap()
}

fn timers_with_one_deadline_fire_in_the_order_of_creation(host: Host) {
    let notes = Notes::new();
    paused(host).block_on(async {
        let start = now();
        let mut sleeps: Vec<_> = (0..100).map(|n| (n, sleep_until(start + HOUR))).collect();
        sleeps.reverse();
        let tasks: Vec<_> = sleeps
            .into_iter()
            .map(|(n, sleep)| {
                let notes = notes.clone();
                spawn(async move {
                    sleep.await;
                    assert_eq!(now() - start, HOUR);
                    notes.push(n);
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
    });
    assert_eq!(notes.take(), (0..100).collect::<Vec<_>>());
}

/// xorshift64: the same numbers in every run.
fn random(state: &Cell<u64>) -> u64 {
    let mut next = state.get();
    next ^= next << 13;
    next ^= next >> 7;
    next ^= next << 17;
    state.set(next);
    next
}

/// Ten thousand coroutines that sleep, give up and yield at random, all from one seed. Returns who did
/// what when.
fn a_random_life(host: Host, seed: u64) -> Vec<(u32, u32, Duration)> {
    let notes = Notes::new();
    let state = std::rc::Rc::new(Cell::new(seed));
    paused(host).block_on(async {
        let start = now();
        let tasks: Vec<_> = (0..10_000)
            .map(|n| {
                let (notes, state) = (notes.clone(), state.clone());
                spawn(async move {
                    for step in 0..3 {
                        // Few distinct deadlines, so that many are equal.
                        let duration = ms(random(&state) % 1_000);
                        match random(&state) % 4 {
                            0 => yield_now().await,
                            1 => assert!(timeout(duration, pending::<()>()).await.is_err()),
                            2 => assert!(
                                timeout(duration * 2 + ms(1), sleep(duration)).await.is_ok()
                            ),
                            _ => sleep(duration).await,
                        }
                        notes.push((n, step, now() - start));
                    }
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
    });
    notes.take()
}

fn the_same_seed_gives_the_same_instants(host: Host) {
    let first = a_random_life(host, 0x9e37_79b9_7f4a_7c15);
    assert_eq!(first.len(), 30_000);
    assert!(first.iter().is_sorted_by_key(|(.., at)| at));
    let second = a_random_life(host, 0x9e37_79b9_7f4a_7c15);
    // Not `assert_eq`, which would print them.
    assert!(first == second, "two runs differ");
    assert!(
        first != a_random_life(host, 0x2545_f491_4f6c_dd1d),
        "what is compared varies"
    );
}

fn what_is_ready_goes_before_the_jump(host: Host) {
    let order = Notes::new();
    paused(host).block_on(async {
        let start = now();
        let sleeper = Builder::new().priority(Priority::High).spawn({
            let order = order.clone();
            async move {
                sleep(Duration::from_nanos(1)).await;
                order.push("jump");
            }
        });
        yield_now().await;
        for _ in 0..300 {
            // More than a turn's budget between two looks at the loop, once in a while.
            yield_now().await;
        }
        thread::sleep(ms(3));
        yield_now().await;
        idle().await;
        let low = Builder::new().priority(Priority::Idle).spawn({
            let order = order.clone();
            async move {
                for _ in 0..100 {
                    yield_now().await;
                    idle().await;
                }
                order.push("idle");
                now()
            }
        });
        assert_eq!(low.await.unwrap(), start);
        sleeper.await.unwrap();
        assert_eq!(now() - start, Duration::from_nanos(1));
    });
    assert_eq!(order.take(), ["idle", "jump"]);
}

/// How long polls take must not decide when a turn of idle priority comes, nor what happens before it.
fn slow_polls_change_nothing_about_the_order(host: Host) {
    let run = |pause: Duration| {
        let polls = Counter::new();
        paused(host).block_on(async {
            let busy = spawn({
                let polls = polls.clone();
                async move {
                    loop {
                        polls.add();
                        thread::sleep(pause);
                        yield_now().await;
                    }
                }
            });
            let mut seen = Vec::new();
            for _ in 0..3 {
                idle().await;
                seen.push(polls.get());
                let low = Builder::new().priority(Priority::Idle);
                let idler = async { yield_now().await };
                low.spawn(idler).await.unwrap();
                seen.push(polls.get());
                sleep(Duration::ZERO).await;
                seen.push(polls.get());
            }
            busy.abort();
            seen
        })
    };
    assert_eq!(run(Duration::ZERO), run(Duration::from_micros(300)));
}

fn what_is_due_fires_beside_coroutines_that_never_rest(host: Host) {
    paused(host).block_on(async {
        let start = now();
        let restless = spawn(async {
            loop {
                yield_now().await;
            }
        });
        let sleeper = spawn(sleep(HOUR));
        sleep(Duration::ZERO).await;
        assert!(timeout(Duration::ZERO, pending::<()>()).await.is_err());
        assert_eq!(now(), start);
        // Nor does the clock stand when it is told to go on.
        advance(HOUR).await;
        assert!(sleeper.is_finished());
        restless.abort();
    });
}

on_every_host![
    timers_with_one_deadline_fire_in_the_order_of_creation,
    the_same_seed_gives_the_same_instants,
    what_is_ready_goes_before_the_jump,
    slow_polls_change_nothing_about_the_order,
    what_is_due_fires_beside_coroutines_that_never_rest,
];
