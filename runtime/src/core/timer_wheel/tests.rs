//! Random operations on the wheel and on a sorted map; memory after bursts.

use std::collections::BTreeMap;

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

#[derive(Clone, Debug)]
enum Operation {
    /// So many ticks after what the wheel has come to.
    Push(u64),
    Advance,
    RemoveRecent,
    /// Keeps those whose slot is no multiple of it.
    Retain(u32),
}

fn operation() -> impl Strategy<Value = Operation> {
    // Of every order of magnitude, so that every level has its nodes.
    let ticks = (GRAIN..64, any::<u64>()).prop_map(|(bits, ticks)| ticks >> (63 - bits));
    prop_oneof![
        10 => ticks.prop_map(Operation::Push),
        3 => Just(Operation::Advance),
        2 => Just(Operation::RemoveRecent),
        1 => (2..5_u32).prop_map(Operation::Retain),
    ]
}

/// Slot to deadline.
type Model = BTreeMap<u32, u64>;

impl TimerWheel {
    fn check(&self, model: &Model) {
        let nodes: Model = self.iter().map(|node| (node.slot, node.deadline)).collect();
        assert_eq!(&nodes, model);
        assert_eq!(self.len(), model.len());
        assert_eq!(self.is_empty(), model.is_empty());
        for (number, level) in self.levels.iter().enumerate() {
            for (bucket, nodes) in level.buckets.iter().enumerate() {
                assert_eq!(level.occupied >> bucket & 1 == 1, !nodes.is_empty());
                assert!(nodes.iter().all(|node| self.takes(node)));
                let has_its_place = |node: &Node| {
                    let shift = number as u32 * BITS;
                    let differs = (range(node) ^ self.now) >> shift;
                    differs > 0
                        && differs >> BITS == 0
                        && range(node) >> shift & 63 == bucket as u64
                };
                assert!(nodes.iter().all(has_its_place));
            }
        }
    }

    /// For how many nodes there is memory.
    fn room(&self) -> usize {
        let buckets = self.levels.iter().flat_map(|level| &level.buckets);
        buckets.map(Vec::capacity).sum()
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..Default::default() })]

    #[test]
    fn the_wheel_behaves_like_a_sorted_map(
        begin in 0..=u64::MAX >> GRAIN,
        operations in vec(operation(), 1..300),
    ) {
        let mut wheel = TimerWheel::new(begin);
        let mut model = Model::new();
        for (slot, operation) in (1..).zip(operations) {
            match operation {
                Operation::Push(ticks) => {
                    let deadline = (wheel.now << GRAIN).saturating_add(ticks);
                    let node = Node { deadline, order: 0, slot };
                    if wheel.takes(&node) {
                        wheel.push(node);
                        model.insert(slot, deadline);
                        prop_assert_eq!(wheel.recent().unwrap().slot, slot);
                    }
                }
                Operation::Advance => {
                    let first = model.values().min().copied();
                    let mut taken = Model::new();
                    // Goes down a level at a time, but never past anything.
                    while !wheel.is_empty() && taken.is_empty() {
                        wheel.advance(|node| {
                            taken.insert(node.slot, node.deadline);
                        });
                    }
                    let first = first.map(|deadline| deadline >> GRAIN);
                    let expected: Model = model
                        .extract_if(.., |_, deadline| Some(*deadline >> GRAIN) == first)
                        .collect();
                    prop_assert_eq!(taken, expected);
                    prop_assert!(first.is_none_or(|first| wheel.now == first));
                }
                Operation::RemoveRecent => {
                    if let Some(node) = wheel.recent().copied() {
                        wheel.remove_recent();
                        prop_assert!(model.remove(&node.slot).is_some());
                    }
                }
                Operation::Retain(number) => {
                    wheel.retain(|node| !node.slot.is_multiple_of(number));
                    model.retain(|slot, _| !slot.is_multiple_of(number));
                }
            }
            wheel.check(&model);
        }
    }
}

const MANY: u32 = 10_000;

/// So many nodes in each of several buckets, all but some of them removed before their time comes.
fn room_after_bursts(remove: impl Fn(&mut TimerWheel)) -> usize {
    let mut wheel = TimerWheel::new(0);
    for burst in 1..=50 {
        for slot in 0..MANY {
            wheel.push(Node {
                deadline: burst << (GRAIN + BITS),
                order: 0,
                slot,
            });
        }
        remove(&mut wheel);
    }
    wheel.room()
}

#[test]
fn memory_of_removed_nodes_is_given_back() {
    let few = MANY as usize / 20;
    let none_left = room_after_bursts(|wheel| wheel.retain(|_| false));
    assert!(none_left < few);
    let one_left = room_after_bursts(|wheel| wheel.retain(|node| node.slot == 1));
    assert!(one_left < few);
    let one_by_one = room_after_bursts(|wheel| (0..MANY).for_each(|_| wheel.remove_recent()));
    assert!(one_by_one < few);
}
