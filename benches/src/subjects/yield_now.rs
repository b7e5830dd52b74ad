//! Letting others run.

use std::cell::Cell;
use std::rc::Rc;

use super::Subject;
use crate::contestants::{Contestant, FAR};

/// `TASKS` tasks do nothing but yield, beside `SLEEPERS` tasks that sleep.
#[derive(Debug)]
pub struct YieldNow<const TASKS: u64, const SLEEPERS: u64>;

impl<const TASKS: u64, const SLEEPERS: u64> Subject for YieldNow<TASKS, SLEEPERS> {
    const BATCH: u64 = TASKS;

    async fn prepare<C: Contestant>() {
        let asleep = Rc::new(Cell::new(0));
        for _ in 0..SLEEPERS {
            let asleep = asleep.clone();
            drop(C::spawn(async move {
                asleep.set(asleep.get() + 1);
                C::sleep(FAR).await;
            }));
        }
        while asleep.get() < SLEEPERS {
            C::yield_now().await;
        }
    }

    async fn run<C: Contestant>(batches: u64) -> u64 {
        let yields = Rc::new(Cell::new(0));
        let handles: Vec<_> = (0..TASKS)
            .map(|_| {
                let yields = yields.clone();
                C::spawn(async move {
                    for _ in 0..batches {
                        C::yield_now().await;
                        yields.set(yields.get() + 1);
                    }
                })
            })
            .collect();
        for handle in handles {
            handle.await;
        }
        yields.get()
    }
}
