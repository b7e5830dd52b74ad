//! `CancellationToken`: down the tree, never up, from any thread.

#![forbid(unsafe_code)]

use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Wake};
use std::thread;

use futures_util::FutureExt;
use glib_coro::task::CancellationToken;
use glib_coro::{spawn, yield_now};
use glib_coro_tests::{Host, on_every_host};

#[test]
fn cancelling_reaches_descendants_and_nobody_else() {
    let root = CancellationToken::new();
    let (left, right) = (root.child_token(), root.child_token());
    let leaf = left.child_token();
    left.cancel();
    assert!(left.is_cancelled() && leaf.is_cancelled());
    assert!(!root.is_cancelled() && !right.is_cancelled());
    root.cancel();
    assert!(right.is_cancelled());
    assert!(root.child_token().is_cancelled(), "born cancelled");
}

#[test]
fn a_middle_token_may_be_dropped() {
    let root = CancellationToken::new();
    let leaf = root.child_token().child_token();
    root.cancel();
    assert!(leaf.is_cancelled());
}

#[test]
fn a_guard_cancels_unless_disarmed() {
    let token = CancellationToken::new();
    drop(token.clone().drop_guard().disarm());
    assert!(!token.is_cancelled());
    drop(token.clone().drop_guard());
    assert!(token.is_cancelled());
}

struct Count(AtomicUsize);

impl Wake for Count {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

#[test]
fn each_waiter_is_woken_once_and_a_dropped_one_never() {
    let token = CancellationToken::new();
    let wakers: Vec<Arc<Count>> = (0..3)
        .map(|_| Arc::new(Count(AtomicUsize::new(0))))
        .collect();
    let mut waits: Vec<_> = (0..3).map(|_| token.cancelled()).collect();
    for (wait, waker) in waits.iter_mut().zip(&wakers) {
        let waker = waker.clone().into();
        let cx = &mut Context::from_waker(&waker);
        // Twice: the second poll replaces the waker of the first.
        assert!(wait.poll_unpin(cx).is_pending());
        assert!(wait.poll_unpin(cx).is_pending());
    }
    drop(waits.remove(1));
    token.cancel();
    token.cancel();
    let woken: Vec<_> = wakers.iter().map(|w| w.0.load(Ordering::SeqCst)).collect();
    assert_eq!(woken, [1, 0, 1]);
    assert!(waits.into_iter().all(|wait| wait.now_or_never().is_some()));
}

#[test]
fn a_long_line_of_descendants_is_dropped() {
    let mut token = CancellationToken::new();
    for _ in 0..1_000_000 {
        token = token.child_token();
    }
}

#[test]
fn a_waker_that_panics_keeps_nobody_from_being_told() {
    struct Panics;
    impl Wake for Panics {
        fn wake(self: Arc<Self>) {
            panic!("a waker's wake");
        }
    }
    let token = CancellationToken::new();
    let (child, mut first, mut second) =
        (token.child_token(), token.cancelled(), token.cancelled());
    let note = Arc::new(Count(AtomicUsize::new(0)));
    for (wait, waker) in [
        (&mut first, Arc::new(Panics).into()),
        (&mut second, note.clone().into()),
    ] {
        assert!(
            wait.poll_unpin(&mut Context::from_waker(&waker))
                .is_pending()
        );
    }
    token.cancel();
    assert_eq!(note.0.load(Ordering::SeqCst), 1);
    assert!(child.is_cancelled());
}

fn another_thread_cancels(host: Host) {
    host.runtime().block_on(async {
        let token = CancellationToken::new();
        let waiting: Vec<_> = (0..10)
            .map(|_| {
                let token = token.child_token();
                spawn(async move { token.run_until_cancelled(pending::<()>()).await })
            })
            .collect();
        yield_now().await;
        let canceller = thread::spawn(move || token.cancel());
        for task in waiting {
            assert_eq!(task.await.unwrap(), None);
        }
        canceller.join().unwrap();
    });
}

fn a_future_that_is_done_wins(host: Host) {
    host.runtime().block_on(async {
        let token = CancellationToken::new();
        token.cancel();
        assert_eq!(token.run_until_cancelled(async { 1 }).await, Some(1));
        assert_eq!(token.run_until_cancelled(yield_now()).await, None);
    });
}

on_every_host![another_thread_cancels, a_future_that_is_done_wins];
