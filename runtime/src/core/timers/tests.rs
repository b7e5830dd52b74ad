//! The kernel timer never stands for a later moment than the earliest deadline while the host may sleep.

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

/// Deadlines and moments: distinct by seconds, far in the future of the kernel timer.
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
        let at = |moment| origin + Duration::from_secs(moment);
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
                    prop_assert_eq!(deadline, state.heap.deadline());
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
                prop_assert!(state.armed.is_some_and(|armed| armed <= deadline), "{:?}", *state);
            }
        }
    }
}
