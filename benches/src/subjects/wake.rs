//! Waking one task beside many that sleep.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Poll, Waker};

use crate::contestants::{Contestant, FAR};
use crate::floor::tasks;
use crate::track::{Track, everybody};
use crate::work::Work;

/// One task wakes another, to and fro, beside `SLEEPERS` tasks that sleep.
#[derive(Debug)]
pub struct Wake<const SLEEPERS: u64>;

/// Wakes the one task that waits.
#[derive(Debug, Default)]
struct Bell {
    rung: Cell<bool>,
    waiting: RefCell<Option<Waker>>,
}

impl Bell {
    fn ring(&self) {
        self.rung.set(true);
        let waiting = self.waiting.take();
        if let Some(waker) = waiting {
            waker.wake();
        }
    }

    async fn wait(&self) {
        poll_fn(|cx| {
            if self.rung.take() {
                return Poll::Ready(());
            }
            self.waiting.replace(Some(cx.waker().clone()));
            Poll::Pending
        })
        .await;
    }
}

impl<const SLEEPERS: u64> Work for Wake<SLEEPERS> {
    /// There and back.
    const BATCH: u64 = 2;

    type State<C: Contestant> = ();

    async fn prepare<C: Contestant>() {
        let asleep = Rc::new(Cell::new(0));
        for _ in 0..SLEEPERS {
            let asleep = asleep.clone();
            C::detach(async move {
                asleep.set(asleep.get() + 1);
                C::sleep(FAR).await;
            });
        }
        while asleep.get() < SLEEPERS {
            C::yield_now().await;
        }
    }

    async fn run<C: Contestant>((): &mut (), batches: u64) -> u64 {
        let bells = Rc::new((Bell::default(), Bell::default()));
        let theirs = bells.clone();
        let other = C::spawn(async move {
            let (there, back) = &*theirs;
            let mut heard = 0;
            for _ in 0..batches {
                there.wait().await;
                heard += 1;
                back.ring();
            }
            heard
        });
        let (there, back) = &*bells;
        let mut heard = 0;
        for _ in 0..batches {
            there.ring();
            back.wait().await;
            heard += 1;
        }
        heard + other.await
    }
}

/// In what all of it is measured.
pub const UNIT: &str = "ns per wake";

/// Everybody, and by hand, where sleepers make no difference.
pub fn tracks() -> Vec<Track> {
    let mut tracks = everybody::<Wake<0>>("none sleeps");
    tracks.push(Track::floor("none sleeps", 1, tasks::yields::<2>));
    tracks.extend(everybody::<Wake<10_000>>("10,000 sleep"));
    tracks.extend(everybody::<Wake<100_000>>("100,000 sleep"));
    tracks
}
