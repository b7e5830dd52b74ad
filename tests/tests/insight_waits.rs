//! Introspection: what each coroutine is told to wait for.

#![forbid(unsafe_code)]

use std::cell::RefCell;
use std::future::{pending, poll_fn};
use std::io::Write;
use std::os::fd::AsRawFd;
use std::os::unix::net::UnixStream;
use std::rc::Rc;
use std::time::Duration;

use futures_util::{AsyncReadExt, FutureExt, select};
use glib_coro::task::{self, Direction, JoinSet, State, WaitingOn, scope};
use glib_coro::{Async, readable, sleep, spawn, time, timeout, writable, yield_now};
use glib_coro_tests::{Host, info_of, on_every_host, settle, waits_of};

const HOUR: Duration = Duration::from_secs(3600);

fn every_kind_of_wait_is_told(host: Host) {
    host.runtime().block_on(async {
        let deadline = time::now() + HOUR;
        let sleeper = spawn(time::sleep_until(deadline));
        let (far, _full) = UnixStream::pair().unwrap();
        let far_fd = far.as_raw_fd();
        far.set_nonblocking(true).unwrap();
        while (&far).write(&[0; 4096]).is_ok() {}
        let writer = spawn(async move { writable(far).await });
        let silent = UnixStream::pair().unwrap();
        let silent_fd = silent.0.as_raw_fd();
        let reader = spawn(async move { readable(silent.0).await });
        let owned = UnixStream::pair().unwrap();
        let owned_fd = owned.0.as_raw_fd();
        let asynchronous = spawn(async move {
            let mut near = Async::new(owned.0).unwrap();
            near.read(&mut [0]).await
        });
        let sleeper_id = sleeper.id();
        let joiner = spawn(sleeper);
        let other = spawn(pending::<()>());
        // Nobody has polled it.
        assert_eq!(info_of(other.id()).state(), State::Ready);
        assert!(info_of(other.id()).waiting_on().is_empty());
        settle().await;

        assert_eq!(waits_of(sleeper_id), [WaitingOn::Timer { deadline }]);
        let (read, write) = (Direction::Read, Direction::Write);
        let on = |fd, direction| vec![WaitingOn::Descriptor { fd, direction }];
        assert_eq!(waits_of(writer.id()), on(far_fd, write));
        assert_eq!(waits_of(reader.id()), on(silent_fd, read));
        assert_eq!(waits_of(asynchronous.id()), on(owned_fd, read));
        assert_eq!(waits_of(joiner.id()), [WaitingOn::Join { id: sleeper_id }]);
        assert_eq!(waits_of(other.id()), [WaitingOn::Other]);
        let me = info_of(task::id());
        assert_eq!(me.state(), State::Running);
        assert!(me.waiting_on().is_empty());
        drop((silent.1, owned.1));
    });
}

fn several_waits_are_all_told_and_gone_when_they_are_over(host: Host) {
    host.runtime().block_on(async {
        let forever = spawn(pending::<()>());
        let joined = forever.id();
        let (near, mut far) = UnixStream::pair().unwrap();
        let fd = near.as_raw_fd();
        let deadline = time::now() + HOUR;
        let waiter = spawn(async move {
            let mut joined = timeout(HOUR, forever).fuse();
            let mut read = readable(&near).fuse();
            let mut slept = time::sleep_until(deadline).fuse();
            select! {
                _ = joined => unreachable!(),
                () = slept => unreachable!(),
                read = read => read.unwrap(),
            }
            // They can wake it as long as they are there.
            drop((joined, read, slept));
            pending::<()>().await;
        });
        settle().await;
        let waits = waits_of(waiter.id());
        assert_eq!(waits.len(), 4, "{waits:?}");
        let direction = Direction::Read;
        for expected in [
            WaitingOn::Join { id: joined },
            WaitingOn::Timer { deadline },
            WaitingOn::Descriptor { fd, direction },
        ] {
            assert!(waits.contains(&expected), "{expected:?} in {waits:?}");
        }
        far.write_all(b"x").unwrap();
        while info_of(waiter.id()).waiting_on() != [WaitingOn::Other] {
            yield_now().await;
        }
        // Detached, it is still alive and awaited by nobody.
        assert_eq!(waits_of(joined), [WaitingOn::Other]);
    });
}

fn waits_inside_combinators_are_the_coroutines_own(host: Host) {
    host.runtime().block_on(async {
        let deadline = time::now() + HOUR;
        let scoped = spawn(async move {
            let result: Result<(), ()> = scope(async |scope| {
                scope.spawn(async move {
                    time::sleep_until(deadline).await;
                    Ok(())
                });
                Ok(())
            })
            .await;
            result
        });
        let mut set = JoinSet::new();
        let mut members: Vec<_> = (0..3).map(|_| set.spawn(pending::<()>()).id()).collect();
        let joiner = spawn(async move { set.join_next().await.is_some() });
        settle().await;
        assert_eq!(waits_of(scoped.id()), [WaitingOn::Timer { deadline }]);
        let mut joins: Vec<_> = waits_of(joiner.id())
            .into_iter()
            .map(|wait| match wait {
                WaitingOn::Join { id } => id,
                other => panic!("{other:?}"),
            })
            .collect();
        joins.sort();
        members.sort();
        assert_eq!(joins, members);
    });
}

fn a_timer_that_moves_keeps_its_coroutine(host: Host) {
    host.runtime().block_on(async {
        let sleep = Rc::new(RefCell::new(Box::pin(sleep(HOUR))));
        let sleeper = spawn({
            let sleep = sleep.clone();
            async move { poll_fn(|cx| sleep.borrow_mut().as_mut().poll(cx)).await }
        });
        settle().await;
        let deadline = time::now() + 2 * HOUR;
        // Another coroutine moves it, and does not wait for it.
        sleep.borrow_mut().as_mut().get_mut().reset(deadline);
        assert_eq!(waits_of(sleeper.id()), [WaitingOn::Timer { deadline }]);
        // Polled by another one, it is that one's.
        let other = spawn(async move { poll_fn(|cx| sleep.borrow_mut().as_mut().poll(cx)).await });
        settle().await;
        assert_eq!(waits_of(sleeper.id()), [WaitingOn::Other]);
        assert_eq!(waits_of(other.id()), [WaitingOn::Timer { deadline }]);
    });
}

on_every_host![
    every_kind_of_wait_is_told,
    several_waits_are_all_told_and_gone_when_they_are_over,
    waits_inside_combinators_are_the_coroutines_own,
    a_timer_that_moves_keeps_its_coroutine,
];
