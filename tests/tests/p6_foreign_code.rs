//! P6: wakers, destructors and messages that are anybody's, at the moments where a panic of theirs would
//! abort the process.

#![forbid(unsafe_code)]

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread;
use std::time::{Duration, Instant};

use glib_coro::time::{Sleep, sleep_until};
use glib_coro::{idle, spawn, yield_now};
use glib_coro_tests::{Host, on_every_host, on_glib};

struct Panics;

impl Wake for Panics {
    fn wake(self: Arc<Self>) {
        panic!("a waker's wake");
    }
}

fn poll_with_a_panicking_waker(sleep: &mut Sleep) {
    let waker = Waker::from(Arc::new(Panics));
    let polled = Pin::new(sleep).poll(&mut Context::from_waker(&waker));
    assert!(polled.is_pending());
}

fn a_timers_waker_that_panics_leaves_the_others_alone(host: Host) {
    host.runtime().block_on(async {
        let deadline = Instant::now() + Duration::from_millis(50);
        let mut first = sleep_until(deadline);
        poll_with_a_panicking_waker(&mut first);
        let others = [(); 3].map(|()| spawn(sleep_until(deadline)));
        for other in others {
            other.await.unwrap();
        }
    });
}

fn an_idlers_waker_that_panics_leaves_the_others_alone(host: Host) {
    host.runtime().block_on(async {
        let waker = Waker::from(Arc::new(Panics));
        let mut first = idle();
        let polled = Pin::new(&mut first).poll(&mut Context::from_waker(&waker));
        assert!(polled.is_pending());
        for other in [(); 3].map(|()| spawn(idle())) {
            other.await.unwrap();
        }
    });
}

fn destructors_of_a_future_and_of_its_output_both_panic(host: Host) {
    /// Panics when it is dropped, though not by a panic.
    struct Bomb;
    impl Drop for Bomb {
        fn drop(&mut self) {
            assert!(thread::panicking(), "a destructor");
        }
    }
    /// Holds one when it is done, and is dropped first.
    struct Holder(Bomb);
    impl Future for Holder {
        type Output = Bomb;
        fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Bomb> {
            Poll::Ready(Bomb)
        }
    }
    let rt = host.runtime();
    rt.block_on(async {
        drop(spawn(Holder(Bomb)));
        yield_now().await;
        yield_now().await;
    });
    assert_eq!(rt.metrics().alive, 0);
    drop(rt);
}

#[cfg(feature = "glib")]
use self::contexts::{a_message_has_a_nul_in_it, a_waker_panics_when_its_context_is_destroyed};

#[cfg(feature = "glib")]
mod contexts {
    use ::glib::MainContext;
    use glib_coro::{Runtime, block_on, sleep};
    use glib_coro_tests::glib_view::{capture_log, take_log};

    use super::*;

    pub(super) fn a_waker_panics_when_its_context_is_destroyed(_: Host) {
        let context = MainContext::new();
        let mut nap = sleep(Duration::from_secs(3600));
        let inside = context.with_thread_default(|| poll_with_a_panicking_waker(&mut nap));
        inside.unwrap();
        drop(context);
        assert_eq!(block_on(async { 1 }), 1);
    }

    pub(super) fn a_message_has_a_nul_in_it(_: Host) {
        capture_log();
        let context = MainContext::new();
        let rt = Runtime::builder().main_context(&context).build().unwrap();
        rt.block_on(async {
            drop(spawn(async { panic!("before\0after") }));
            yield_now().await;
            yield_now().await;
            assert_eq!(spawn(async { 1 }).await.unwrap(), 1);
        });
        let log = take_log();
        assert_eq!(log.len(), 1, "{log:?}");
    }
}

on_every_host![
    a_timers_waker_that_panics_leaves_the_others_alone,
    an_idlers_waker_that_panics_leaves_the_others_alone,
];
on_every_host![alone: destructors_of_a_future_and_of_its_output_both_panic];
on_glib![alone: a_waker_panics_when_its_context_is_destroyed, a_message_has_a_nul_in_it];
