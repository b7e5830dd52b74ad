//! While the host may sleep the kernel timer stands for the earliest deadline or, where timers crowd, for a moment that is `ALARM_GAP` after
//! the one before.

use std::sync::Arc;
use std::time::Duration;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

use super::*;
use crate::core::backend::Backend;

#[derive(Clone, Debug)]
enum Operation {
    Insert(u64),
    Remove(Index),
    Reset(Index, u64),
    /// The host is about to sleep.
    Publish,
    /// A turn: it collects the kernel timer's event if that is due.
    Turn(u64),
}

/// Deadlines and moments: far in the future of the kernel timer.
const MOMENTS: u64 = 20;

fn operation() -> impl Strategy<Value = Operation> {
    prop_oneof![
        4 => (0..MOMENTS).prop_map(Operation::Insert),
        2 => any::<Index>().prop_map(Operation::Remove),
        2 => (any::<Index>(), 0..MOMENTS).prop_map(|(key, at)| Operation::Reset(key, at)),
        2 => Just(Operation::Publish),
        2 => (0..MOMENTS).prop_map(Operation::Turn),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..Default::default() })]

    #[test]
    fn nobody_sleeps_past_a_deadline(operations in vec(operation(), 1..100)) {
        let origin = Instant::now() + Duration::from_secs(3600);
        // Some moments are near enough to share an alarm.
        let at = |moment| origin + Duration::from_micros(50 * moment);
        let reactor = Reactor::new(Arc::new(Backend::new().unwrap()));
        let timers = Timers::default();
        let mut keys: Vec<TimerKey> = Vec::new();
        for (order, operation) in operations.into_iter().enumerate() {
            let order = order as u64;
            match operation {
                Operation::Insert(deadline) => {
                    let waker = Waker::noop().clone();
                    keys.push(timers.insert(&reactor, at(deadline), order, waker));
                }
                Operation::Remove(_) | Operation::Reset(..) if keys.is_empty() => {}
                Operation::Remove(index) => timers.remove(*index.get(&keys)),
                Operation::Reset(index, deadline) => {
                    let key = index.index(keys.len());
                    if let Some(moved) = timers.reset(&reactor, keys[key], at(deadline), order) {
                        keys[key] = moved;
                    }
                }
                Operation::Publish => {
                    let deadline = timers.publish(&reactor);
                    let state = timers.0.lock();
                    prop_assert_eq!(deadline.is_some(), state.heap.deadline().is_some());
                    prop_assert_eq!(deadline, state.armed);
                }
                Operation::Turn(now) => {
                    let went_off = timers.0.lock().armed.is_some_and(|armed| armed <= at(now));
                    timers.unpublish();
                    timers.expire(at(now), went_off, true, &mut Vec::new());
                    // A timer that went off stands for nothing, and has to be set again.
                    prop_assert!(!went_off || timers.0.lock().armed.is_none());
                    let left = timers.0.lock().heap.deadline();
                    prop_assert!(left.is_none_or(|left| left > at(now)));
                }
            }
            let state = timers.0.lock();
            if state.published && let Some(deadline) = state.heap.deadline() {
                // What was due when the kernel timer last went off may have been added since.
                let latest = state.went_off.map_or(deadline, |last| deadline.max(last + ALARM_GAP));
                prop_assert!(state.armed.is_some_and(|armed| armed <= latest), "{:?}", *state);
            }
        }
    }
}

/// Timers at these microseconds, the first of which has gone off; when the kernel timer goes off next.
fn next_alarm(deadlines: &[u64]) -> Option<Duration> {
    let origin = Instant::now() + Duration::from_secs(3600);
    let reactor = Reactor::new(Arc::new(Backend::new().unwrap()));
    let timers = Timers::default();
    for (order, &deadline) in (0..).zip(deadlines) {
        let at = origin + Duration::from_micros(deadline);
        timers.insert(&reactor, at, order, Waker::noop().clone());
    }
    let first = timers.publish(&reactor).unwrap();
    timers.unpublish();
    timers.expire(first, true, true, &mut Vec::new());
    Some(timers.publish(&reactor)? - origin)
}

#[test]
fn where_timers_crowd_they_share_an_alarm() {
    let shared = Some(ALARM_GAP);
    assert_eq!(next_alarm(&[0, 20, 40, 60, 80, 200]), shared);
    assert_eq!(next_alarm(&[0, 20, 21, 22, 150]), shared);
}

#[test]
fn a_timer_by_itself_has_its_own_alarm() {
    let exactly = |micros| Some(Duration::from_micros(micros));
    assert_eq!(next_alarm(&[0, 20]), exactly(20));
    assert_eq!(next_alarm(&[0, 20, 40, 60]), exactly(20));
    assert_eq!(next_alarm(&[0, 20, 40, 60, 151]), exactly(20));
    assert_eq!(next_alarm(&[0, 20, 20, 20, 20]), exactly(20));
    assert_eq!(next_alarm(&[0, 200, 210, 220, 230, 240]), exactly(200));
    assert_eq!(next_alarm(&[0]), None);
}

/// The event of the kernel timer has been collected, and another thread asks for the next deadline before the timers hear of it.
#[test]
fn an_alarm_that_another_thread_sets_anew_has_not_gone_off() {
    let now = Instant::now();
    let at = |seconds| now + Duration::from_secs(seconds);
    let reactor = Reactor::new(Arc::new(Backend::new().unwrap()));
    let timers = Timers::default();
    let insert = |order, seconds| {
        timers.insert(&reactor, at(seconds), order, Waker::noop().clone());
    };
    insert(0, 3600);
    timers.publish(&reactor);
    timers.expire(now, true, true, &mut Vec::new());
    for order in 1..=5 {
        insert(order, order);
    }
    assert_eq!(timers.publish(&reactor), Some(at(1)));
}

/// No kernel timer stands for a moment that a paused clock has not reached.
#[cfg(feature = "test-util")]
#[test]
fn a_paused_clock_shares_no_alarm() {
    let reactor = Reactor::new(Arc::new(Backend::new().unwrap()));
    let timers = Timers::default();
    timers.pause(&reactor).unwrap();
    let now = timers.at(Instant::now());
    let insert = |order, micros| {
        let at = now + Duration::from_micros(micros);
        timers.insert(&reactor, at, order, Waker::noop().clone());
    };
    insert(0, 0);
    assert!(timers.publish(&reactor).is_some());
    timers.expire(Instant::now(), true, true, &mut Vec::new());
    for (order, micros) in [(1, 0), (2, 20), (3, 40), (4, 60)] {
        insert(order, micros);
    }
    assert!(timers.publish(&reactor).is_some(), "the first one is due");
}
