//! Timers and descriptors that move between runtimes and threads, in the middle of a wait, too.

#![forbid(unsafe_code)]

use std::future::{Future, poll_fn};
use std::io::Read;
use std::os::unix::net::UnixStream;
use std::pin::Pin;
use std::task::Poll;
use std::thread;
use std::time::{Duration, Instant};

use futures_util::{AsyncReadExt, AsyncWriteExt};
use glib_coro::{Async, Runtime, idle, readable, sleep, spawn, yield_now};
use glib_coro_tests::{Host, block_on_elsewhere, forever, on_every_host};

/// Long enough to be over in no test.
const FAR: Duration = Duration::from_secs(3600);

fn soon() -> Instant {
    Instant::now() + Duration::from_millis(10)
}

/// Polls a future once on a runtime, where it has to wait.
fn poll_once(rt: &Runtime, future: &mut (impl Future + Unpin)) {
    rt.block_on(poll_fn(|cx| {
        assert!(Pin::new(&mut *future).poll(cx).is_pending());
        Poll::Ready(())
    }));
}

fn a_sleep_moves_between_runtimes(host: Host) {
    let (first, second) = (host.runtime(), host.runtime());
    // The old runtime is there, but nobody runs it.
    let mut nap = sleep(FAR);
    poll_once(&first, &mut nap);
    nap.reset(soon());
    second.block_on(&mut nap);
    assert!(Instant::now() >= nap.deadline());

    // Back and forth in the middle.
    let mut nap = sleep(FAR);
    for rt in [&first, &second, &first, &second] {
        poll_once(rt, &mut nap);
    }
    nap.reset(soon());
    first.block_on(&mut nap);
    assert!(Instant::now() >= nap.deadline());
    nap.reset(soon());
    second.block_on(&mut nap);
    assert!(Instant::now() >= nap.deadline());

    // The old runtime is gone.
    let mut nap = sleep(FAR);
    poll_once(&first, &mut nap);
    nap.reset(soon());
    drop(first);
    second.block_on(&mut nap);
    assert!(Instant::now() >= nap.deadline());

    // Another thread.
    let mut nap = sleep(FAR);
    poll_once(&second, &mut nap);
    nap.reset(soon());
    thread::spawn(move || {
        host.runtime().block_on(&mut nap);
        assert!(Instant::now() >= nap.deadline());
    })
    .join()
    .unwrap();
}

fn a_sleep_awaited_elsewhere_is_woken_by_its_runtime(host: Host) {
    let rt = host.runtime();
    let mut nap = sleep(FAR);
    poll_once(&rt, &mut nap);
    nap.reset(soon());
    // An executor that is none of ours, on a thread that has no runtime of its own.
    let waiter = thread::spawn(move || {
        block_on_elsewhere(&mut nap);
        assert!(Instant::now() >= nap.deadline());
    });
    rt.block_on(async {
        while !waiter.is_finished() {
            sleep(Duration::from_millis(1)).await;
        }
    });
    waiter.join().unwrap();
}

async fn echo_once(ours: &mut Async<UnixStream>, theirs: &mut Async<UnixStream>) {
    let read = async {
        let mut buffer = [0; 4];
        theirs.read_exact(&mut buffer).await.unwrap();
        buffer
    };
    let write = async {
        // The reader waits first.
        yield_now().await;
        ours.write_all(b"ping").await.unwrap();
    };
    let (buffer, ()) = futures_util::join!(read, write);
    assert_eq!(&buffer, b"ping");
}

fn a_descriptor_moves_between_runtimes_and_threads(host: Host) {
    let (first, second) = (host.runtime(), host.runtime());
    let (mut ours, mut theirs) = first.block_on(async {
        let (ours, theirs) = UnixStream::pair().unwrap();
        (Async::new(ours).unwrap(), Async::new(theirs).unwrap())
    });
    for rt in [&first, &second, &first, &second] {
        rt.block_on(echo_once(&mut ours, &mut theirs));
    }
    drop(first);
    second.block_on(echo_once(&mut ours, &mut theirs));
    let (mut ours, mut theirs) = thread::spawn(move || {
        host.runtime().block_on(echo_once(&mut ours, &mut theirs));
        (ours, theirs)
    })
    .join()
    .unwrap();
    second.block_on(echo_once(&mut ours, &mut theirs));

    // Given back and taken anew; and dropped on a thread without a runtime, which frees the number.
    let ours = ours.into_inner().unwrap();
    let theirs = theirs.into_inner().unwrap();
    second.block_on(async {
        let (mut ours, mut theirs) = (Async::new(ours).unwrap(), Async::new(theirs).unwrap());
        echo_once(&mut ours, &mut theirs).await;
        thread::spawn(move || drop((ours, theirs))).join().unwrap();
        for _ in 0..3 {
            let (ours, theirs) = UnixStream::pair().unwrap();
            let (mut ours, mut theirs) = (Async::new(ours).unwrap(), Async::new(theirs).unwrap());
            echo_once(&mut ours, &mut theirs).await;
        }
    });
}

/// Waits on a socket in every way.
fn waits(io: &'static Async<UnixStream>) -> Vec<(&'static str, Wait)> {
    vec![
        (
            "readable(fd)",
            Box::pin(async { readable(io.get_ref()).await.unwrap() }),
        ),
        (
            "Async::readable",
            Box::pin(async { io.readable().await.unwrap() }),
        ),
        (
            "read_with",
            Box::pin(async {
                io.read_with(|mut io| io.read(&mut [0; 1])).await.unwrap();
            }),
        ),
        (
            "AsyncRead",
            Box::pin(async {
                assert_eq!((&*io).read(&mut [0; 1]).await.unwrap(), 1);
            }),
        ),
    ]
}

type Wait = Pin<Box<dyn Future<Output = ()> + Send>>;

fn leaked_pair(rt: &Runtime) -> (&'static Async<UnixStream>, UnixStream) {
    let (ours, theirs) = UnixStream::pair().unwrap();
    let ours = rt.block_on(async { Async::new(ours).unwrap() });
    (forever(ours), theirs)
}

/// Starts a wait of each kind on one runtime and ends it on another; `between` may end the first.
fn waits_that_move(host: Host, between: impl Fn(Runtime) -> Option<Runtime>) {
    let mut hung = Vec::new();
    for n in 0..4 {
        let (first, second) = (host.runtime(), host.runtime());
        let (io, theirs) = leaked_pair(&first);
        let (name, mut wait) = waits(io).swap_remove(n);
        poll_once(&first, &mut wait);
        let _kept = between(first);
        let task = second.spawn(wait);
        second.block_on(async {
            idle().await;
            assert!(!task.is_finished(), "{name}");
            std::io::Write::write_all(&mut &theirs, b"x").unwrap();
            // The data is there: the next look at the descriptors finds it.
            for _ in 0..50 {
                sleep(Duration::from_micros(200)).await;
            }
            if !task.is_finished() {
                hung.push(name);
            }
        });
    }
    assert_eq!(hung, [""; 0], "waits that hang");
}

fn a_wait_goes_on_elsewhere_after_the_end_of_its_runtime(host: Host) {
    waits_that_move(host, |first| {
        drop(first);
        None
    });
}

fn a_wait_goes_on_elsewhere_while_its_runtime_rests(host: Host) {
    waits_that_move(host, Some);
}

fn a_runtime_that_ends_wakes_those_who_wait_elsewhere(host: Host) {
    let (first, second) = (host.runtime(), host.runtime());
    let (io, theirs) = leaked_pair(&first);
    // Other executors wait with registrations of the first runtime.
    let waiters: Vec<_> = waits(io)
        .into_iter()
        .map(|(_, mut wait)| {
            poll_once(&first, &mut wait);
            thread::spawn(move || {
                // Under a runtime of the thread's own from the second poll on, if need be.
                host.runtime().block_on(wait);
            })
        })
        .collect();
    drop(first);
    second.block_on(async {
        for waiter in waiters {
            while !waiter.is_finished() {
                std::io::Write::write_all(&mut &theirs, b"x").unwrap();
                sleep(Duration::from_millis(1)).await;
            }
            waiter.join().unwrap();
        }
        spawn(async {}).await.unwrap();
    });
}

on_every_host![
    a_sleep_moves_between_runtimes,
    a_sleep_awaited_elsewhere_is_woken_by_its_runtime,
    a_descriptor_moves_between_runtimes_and_threads,
    a_wait_goes_on_elsewhere_after_the_end_of_its_runtime,
    a_wait_goes_on_elsewhere_while_its_runtime_rests,
    a_runtime_that_ends_wakes_those_who_wait_elsewhere,
];
