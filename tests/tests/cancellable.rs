//! `gio::Cancellable` and cancellation tokens, and gio calls that are cancelled.

#![forbid(unsafe_code)]
#![cfg(feature = "glib")]

use std::cell::RefCell;
use std::ffi::OsStr;
use std::future::pending;
use std::rc::Rc;
use std::thread;

use futures_util::future::join_all;
use gio::prelude::*;
use gio::{Cancellable, IOErrorEnum, InputStream, Subprocess, SubprocessFlags};
use glib_coro::task::CancellationToken;
use glib_coro::{spawn, yield_now};
use glib_coro_tests::{Counter, DropNote, Host, on_glib};

fn a_token_follows_a_cancellable(host: Host) {
    host.runtime().block_on(async {
        let cancellable = Cancellable::new();
        let token = CancellationToken::from_cancellable(&cancellable);
        let waiter = spawn({
            let child = token.child_token();
            async move { child.cancelled().await }
        });
        yield_now().await;
        assert!(!token.is_cancelled());
        cancellable.cancel();
        assert!(token.is_cancelled());
        waiter.await.unwrap();
        assert!(CancellationToken::from_cancellable(&cancellable).is_cancelled());
    });
}

fn a_cancellable_follows_a_token(_: Host) {
    let token = CancellationToken::new();
    let cancellable = token.to_cancellable();
    assert!(!cancellable.is_cancelled());
    token.cancel();
    assert!(cancellable.is_cancelled());
    assert!(token.to_cancellable().is_cancelled());
}

fn neither_cancels_what_it_follows(_: Host) {
    let token = CancellationToken::new();
    token.to_cancellable().cancel();
    assert!(!token.is_cancelled());
    let cancellable = Cancellable::new();
    CancellationToken::from_cancellable(&cancellable).cancel();
    assert!(!cancellable.is_cancelled());
    let chained = CancellationToken::from_cancellable(&cancellable).to_cancellable();
    cancellable.cancel();
    assert!(chained.is_cancelled());
}

fn nothing_is_left_on_either_side(_: Host) {
    let cancellable = Cancellable::new();
    let token = CancellationToken::new();
    for _ in 0..1_000 {
        drop(CancellationToken::from_cancellable(&cancellable));
        let follower = token.to_cancellable();
        let weak = follower.downgrade();
        drop(follower);
        assert!(weak.upgrade().is_none());
    }
    assert_eq!(cancellable.ref_count(), 1);
    let follower = CancellationToken::from_cancellable(&cancellable);
    drop(cancellable);
    assert!(!follower.is_cancelled());
    token.cancel();
}

fn a_token_dropped_in_the_cancellables_own_handler_does_not_deadlock(host: Host) {
    host.runtime().block_on(async {
        let cancellable = Cancellable::new();
        let slot = Rc::new(RefCell::new(None));
        cancellable.connect_cancelled_local({
            let slot = slot.clone();
            move |_| drop(slot.take())
        });
        slot.replace(Some(CancellationToken::from_cancellable(&cancellable)));
        cancellable.cancel();
        assert!(slot.take().is_none());

        // The handler of ours drops the last clone itself.
        let cancellable = Cancellable::new();
        let token = CancellationToken::from_cancellable(&cancellable);
        let waiting = spawn(async move { token.run_until_cancelled(pending::<()>()).await });
        yield_now().await;
        cancellable.cancel();
        assert_eq!(waiting.await.unwrap(), None);
    });
}

fn cancelling_on_other_threads_races_with_everything(host: Host) {
    host.runtime().block_on(async {
        let reached = Counter::new();
        for _ in 0..300 {
            let cancellable = Cancellable::new();
            let other = thread::spawn({
                let cancellable = cancellable.clone();
                move || cancellable.cancel()
            });
            let mut followers = Vec::new();
            let waiters: Vec<_> = (0..4)
                .map(|_| {
                    let token = CancellationToken::from_cancellable(&cancellable);
                    followers.push(token.to_cancellable());
                    let reached = reached.clone();
                    async move {
                        token.cancelled().await;
                        reached.add();
                    }
                })
                .collect();
            drop(CancellationToken::from_cancellable(&cancellable));
            join_all(waiters).await;
            // The other thread may be between cancelling a token and cancelling what follows it.
            other.join().unwrap();
            assert!(followers.iter().all(Cancellable::is_cancelled));
        }
        assert_eq!(reached.get(), 1_200);

        for _ in 0..300 {
            let token = CancellationToken::new();
            let other = thread::spawn({
                let token = token.clone();
                move || token.cancel()
            });
            let follower = token.to_cancellable();
            drop(token.to_cancellable());
            other.join().unwrap();
            assert!(follower.is_cancelled());
        }
    });
}

/// A process that says nothing until it is told something, and its standard output.
fn silent_process() -> (Subprocess, InputStream) {
    let flags = SubprocessFlags::STDIN_PIPE | SubprocessFlags::STDOUT_PIPE;
    let cat = Subprocess::newv(&[OsStr::new("cat")], flags).expect("`cat` is there");
    let output = cat.stdout_pipe().expect("asked for");
    (cat, output)
}

async fn is_at_rest(stream: &InputStream) {
    while stream.has_pending() {
        yield_now().await;
    }
}

fn dropping_a_coroutine_that_awaits_a_gio_call_cancels_the_call(host: Host) {
    host.runtime().block_on(async {
        let (cat, output) = silent_process();
        let references = output.ref_count();
        let drops = DropNote::new();
        let reader = spawn({
            let (output, guard) = (output.clone(), drops.guard());
            async move {
                let _guard = guard;
                let priority = ::glib::Priority::DEFAULT;
                output.read_bytes_future(10, priority).await
            }
        });
        while !output.has_pending() {
            yield_now().await;
        }
        reader.abort();
        assert!(reader.await.unwrap_err().is_cancelled());
        assert_eq!(drops.count(), 1);
        // gio allows one operation at a time: the next one shows that the first is over, and took nothing.
        is_at_rest(&output).await;
        let input = cat.stdin_pipe().unwrap();
        input.write_all(b"meow", Cancellable::NONE).unwrap();
        let read = output.read_bytes_future(10, ::glib::Priority::DEFAULT);
        assert_eq!(&*read.await.unwrap(), b"meow");
        input.close(Cancellable::NONE).unwrap();
        cat.wait_future().await.unwrap();
        assert_eq!(output.ref_count(), references);
    });
}

fn a_gio_call_that_takes_a_cancellable_is_cancelled_by_a_token(host: Host) {
    host.runtime().block_on(async {
        let (cat, output) = silent_process();
        let token = CancellationToken::new();
        let error = Rc::new(RefCell::new(None));
        output.read_bytes_async(
            10,
            ::glib::Priority::DEFAULT,
            Some(&token.child_token().to_cancellable()),
            {
                let error = error.clone();
                move |read| {
                    error.replace(read.err());
                }
            },
        );
        yield_now().await;
        assert!(output.has_pending());
        token.cancel();
        is_at_rest(&output).await;
        let error = error.take().expect("it failed");
        assert!(error.matches(IOErrorEnum::Cancelled), "{error}");
        cat.force_exit();
        cat.wait_future().await.unwrap();
    });
}

on_glib!(
    a_token_follows_a_cancellable,
    a_cancellable_follows_a_token,
    neither_cancels_what_it_follows,
    nothing_is_left_on_either_side,
    a_token_dropped_in_the_cancellables_own_handler_does_not_deadlock,
    cancelling_on_other_threads_races_with_everything,
    dropping_a_coroutine_that_awaits_a_gio_call_cancels_the_call,
    a_gio_call_that_takes_a_cancellable_is_cancelled_by_a_token,
);
