//! What `main` and `test` do around their bodies.
#![deny(warnings)]
use std::cell::Cell;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};

struct OnDrop(&'static AtomicBool);

impl Drop for OnDrop {
    fn drop(&mut self) {
        self.0.store(true, SeqCst);
    }
}

static DROPPED_BY_MAIN: AtomicBool = AtomicBool::new(false);
static DROPPED_BY_TEST: AtomicBool = AtomicBool::new(false);

#[glib_coro::coroutine]
async fn endless(dropped: OnDrop) {
    let _dropped = dropped;
    loop {
        glib_coro::yield_now().await;
    }
}

#[glib_coro::main]
async fn leaves_one_behind() -> u8 {
    endless(OnDrop(&DROPPED_BY_MAIN));
    glib_coro::yield_now().await;
    7
}

#[test]
fn leftovers_are_dropped_before_main_returns() {
    assert_eq!(super::alone(leaves_one_behind), 7);
    assert!(DROPPED_BY_MAIN.load(SeqCst));
}

mod generated {
    use super::*;

    // Under another name in the harness than the function that is called below.
    #[glib_coro::test]
    pub(super) async fn leaves_one_behind() {
        endless(OnDrop(&DROPPED_BY_TEST));
        glib_coro::yield_now().await;
    }
}

#[test]
fn leftovers_are_dropped_before_a_test_returns() {
    generated::leaves_one_behind();
    assert!(DROPPED_BY_TEST.load(SeqCst));
}

#[glib_coro::test]
async fn bodies_do_not_run_inside_the_call() {
    let seen = Rc::new(Cell::new(0));
    let note = Note(seen.clone());
    let handle = note.note(1);
    note.note_detached(10);
    assert!(note.note_returning(100));
    assert_eq!(seen.get(), 0);
    handle.await.unwrap();
    glib_coro::yield_now().await;
    assert_eq!(seen.get(), 111);
}

#[derive(Clone)]
struct Note(Rc<Cell<u32>>);

impl Note {
    #[glib_coro::coroutine]
    async fn note(&self, n: u32) {
        self.0.set(self.0.get() + n);
    }

    #[glib_coro::coroutine(detach)]
    async fn note_detached(&self, n: u32) {
        self.0.set(self.0.get() + n);
    }

    #[glib_coro::coroutine(returns = true)]
    async fn note_returning(&self, n: u32) {
        self.0.set(self.0.get() + n);
    }
}

#[glib_coro::coroutine(priority = "high")]
async fn high(order: Rc<Cell<u32>>) -> u32 {
    order.replace(order.get() + 1)
}

#[glib_coro::coroutine]
async fn default(order: Rc<Cell<u32>>) -> u32 {
    order.replace(order.get() + 1)
}

#[glib_coro::coroutine(priority = glib_coro::task::Priority::Idle)]
async fn idle(order: Rc<Cell<u32>>) -> u32 {
    order.replace(order.get() + 1)
}

#[glib_coro::test]
async fn priorities_reach_the_runtime() {
    // On a busy machine this turn may have used up its budget, and then lower priorities have theirs before it goes on.
    const TRIES: usize = 1000;
    let mut places = Vec::new();
    for _ in 0..TRIES {
        let order = Rc::new(Cell::new(0));
        let handles = [idle(order.clone()), default(order.clone()), high(order)];
        places.clear();
        for handle in handles {
            places.push(handle.await.unwrap());
        }
        if places == [2, 1, 0] {
            return;
        }
    }
    panic!("{places:?}");
}

/// Does not look at the handle, so that the panic belongs to nobody.
#[glib_coro::test]
#[should_panic(expected = "nobody looked at this")]
async fn a_panic_that_nobody_looked_at_fails_a_test() {
    forgotten();
    glib_coro::yield_now().await;
}

#[glib_coro::coroutine]
async fn forgotten() {
    panic!("nobody looked at this");
}

#[cfg(feature = "glib")]
mod contexts {
    use glib_coro::glib::MainContext;

    #[glib_coro::test]
    async fn a_test_has_its_own() {
        let context = MainContext::thread_default().unwrap();
        assert_ne!(context, MainContext::default());
        assert!(context.is_owner());
    }

    #[glib_coro::main]
    async fn body() -> bool {
        MainContext::default().is_owner()
    }

    #[test]
    fn main_has_the_default_one() {
        assert!(crate::alone(body));
    }
}
