//! Signals: whoever listens hears of them, in any runtime and beside any neighbour, and nobody else's
//! handler is lost.

#![forbid(unsafe_code)]

use std::future::poll_fn;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::task::Poll;
use std::thread;

use futures_util::{FutureExt, StreamExt};
use glib_coro::signal::{Signal, SignalKind, ctrl_c, unix};
use glib_coro::{idle, select, spawn};
use glib_coro_tests::{
    Counter, Host, descriptors, inheritable, on_every_host, raise_in_a_forked_child,
};
use signal_hook::consts::*;
use signal_hook::low_level::raise;

/// The numbers of the first and last real-time signals that the C library leaves to programs.
const REAL_TIME: [i32; 2] = [34, 64];

fn listen(number: i32) -> Signal {
    unix(SignalKind::from_raw(number)).unwrap()
}

/// Whether there is something to hear now, without waiting.
async fn is_told(signal: &mut Signal) -> bool {
    idle().await;
    poll_fn(|cx| Poll::Ready(signal.poll_recv(cx).is_ready())).await
}

fn every_signal_that_can_be_caught_is_heard(host: Host) {
    host.runtime().block_on(async {
        let named = [
            SIGABRT, SIGALRM, SIGCONT, SIGHUP, SIGINT, SIGIO, SIGPIPE, SIGPROF, SIGQUIT, SIGSYS,
            SIGTERM, SIGTRAP, SIGTSTP, SIGTTIN, SIGTTOU, SIGURG, SIGUSR1, SIGUSR2, SIGVTALRM,
            SIGWINCH, SIGXCPU, SIGXFSZ,
        ];
        for number in named.into_iter().chain(REAL_TIME) {
            let mut signal = listen(number);
            assert!(!is_told(&mut signal).await, "{number}");
            raise(number).unwrap();
            assert_eq!(signal.recv().await, Some(()), "{number}");
            assert!(!is_told(&mut signal).await, "{number} once");
            // Through the kernel's queue of the process rather than that of this thread.
            let pid = rustix::process::getpid();
            let kernel = rustix::process::Signal::from_named_raw(number);
            if let Some(kernel) = kernel {
                rustix::process::kill_process(pid, kernel).unwrap();
                assert_eq!(signal.next().await, Some(()), "{number} as a stream");
            }
        }
    });
}

fn ctrl_c_waits_for_sigint(host: Host) {
    host.runtime().block_on(async {
        for _ in 0..3 {
            let pressed = ctrl_c();
            // Before it was polled.
            raise(SIGINT).unwrap();
            pressed.await.unwrap();
        }
        let mut pressed = Box::pin(ctrl_c().fuse());
        select! {
            _ = pressed => panic!("nobody pressed it"),
            () = idle().fuse() => {}
        }
        raise(SIGINT).unwrap();
        pressed.await.unwrap();
    });
}

fn all_listeners_hear_in_all_runtimes(host: Host) {
    let (ready, all_ready) = mpsc::channel();
    let heard = Counter::new();
    #[cfg(feature = "glib")]
    let hosts = [Host::GLib, Host::Standalone, host];
    #[cfg(not(feature = "glib"))]
    let hosts = [Host::Standalone, host];
    let threads: Vec<_> = (hosts.into_iter().enumerate())
        .map(|(n, host)| {
            let (ready, heard) = (ready.clone(), heard.clone());
            thread::spawn(move || {
                host.runtime().block_on(async {
                    let mut listeners = [(); 3].map(|()| listen(SIGUSR1));
                    let mut other = listen(SIGUSR2);
                    ready.send(n).unwrap();
                    for listener in &mut listeners {
                        listener.recv().await.unwrap();
                        heard.add();
                    }
                    assert!(!is_told(&mut other).await, "another signal");
                });
            })
        })
        .collect();
    for _ in &threads {
        all_ready.recv().unwrap();
    }
    raise(SIGUSR1).unwrap();
    let listeners = 3 * threads.len();
    for thread in threads {
        thread.join().unwrap();
    }
    assert_eq!(heard.get(), listeners);
}

fn a_burst_is_told_once(host: Host) {
    host.runtime().block_on(async {
        let mut signal = listen(SIGUSR1);
        for round in 0..3 {
            for _ in 0..1000 {
                raise(SIGUSR1).unwrap();
            }
            assert_eq!(signal.recv().await, Some(()), "round {round}");
            assert!(!is_told(&mut signal).await, "round {round}");
        }
    });
}

fn a_wait_that_is_given_up_loses_no_signal(host: Host) {
    host.runtime().block_on(async {
        let mut signal = listen(SIGUSR1);
        {
            let mut wait = Box::pin(signal.recv());
            assert!(poll_fn(|cx| Poll::Ready(wait.as_mut().poll(cx).is_pending())).await);
            raise(SIGUSR1).unwrap();
        }
        assert_eq!(signal.recv().await, Some(()));
    });
}

fn no_signal_is_lost_between_many(host: Host) {
    // Each is raised once the one before was heard, on another thread: a lost one hangs here.
    const SIGNALS: usize = 10_000;
    let (sender, receiver) = mpsc::channel();
    let thread = thread::spawn(move || {
        for () in receiver {
            raise(SIGUSR1).unwrap();
        }
    });
    host.runtime().block_on(async {
        let mut signal = listen(SIGUSR1);
        for _ in 0..SIGNALS {
            sender.send(()).unwrap();
            signal.recv().await.unwrap();
        }
    });
    drop(sender);
    thread.join().unwrap();
}

fn in_the_gap_the_signal_goes_unheard_and_ends_nothing(host: Host) {
    host.runtime().block_on(async {
        for number in [SIGTERM, SIGHUP, SIGALRM, REAL_TIME[0]] {
            drop(listen(number));
            // By default each of these would end the process.
            raise(number).unwrap();
            let mut later = listen(number);
            assert!(!is_told(&mut later).await, "{number}: that was before");
            raise(number).unwrap();
            assert_eq!(later.recv().await, Some(()));
        }
    });
}

/// In a program that has not SIGPIPE ignored, that of C for instance, it would be the end.
fn a_signal_while_a_listener_goes_breaks_no_pipe(host: Host) {
    const LISTENERS: usize = 2_000;
    host.runtime().block_on(async {
        let mut pipes = listen(SIGPIPE);
        let done = Arc::new(AtomicBool::new(false));
        let raising = thread::spawn({
            let (keeper, done) = (listen(SIGUSR1), done.clone());
            move || {
                while !done.load(Ordering::SeqCst) {
                    raise(SIGUSR1).unwrap();
                }
                drop(keeper);
            }
        });
        for _ in 0..LISTENERS {
            drop(listen(SIGUSR1));
        }
        done.store(true, Ordering::SeqCst);
        raising.join().unwrap();
        assert!(!is_told(&mut pipes).await);
    });
}

fn what_comes_to_a_forked_child_is_not_told_to_its_parent(host: Host) {
    host.runtime().block_on(async {
        let mut signal = listen(SIGUSR1);
        raise_in_a_forked_child(rustix::process::Signal::USR1);
        assert!(!is_told(&mut signal).await);
        raise(SIGUSR1).unwrap();
        assert_eq!(signal.recv().await, Some(()));
    });
}

fn what_cannot_be_listened_for_is_refused_with_a_remedy(host: Host) {
    host.runtime().block_on(async {
        let open = descriptors();
        for (number, name, remedy) in [
            (SIGKILL, "SIGKILL", "SIGTERM"),
            (SIGSTOP, "SIGSTOP", "SIGTSTP"),
            (SIGSEGV, "SIGSEGV", "sigaction"),
            (SIGBUS, "SIGBUS", "sigaction"),
            (SIGILL, "SIGILL", "sigaction"),
            (SIGFPE, "SIGFPE", "sigaction"),
            (SIGCHLD, "SIGCHLD", "process::Command"),
            (-1, "-1", "kill -l"),
            (0, "0", "kill -l"),
            (32, "32", "kill -l"),
            (65, "65", "kill -l"),
            (i32::MAX, "2147483647", "kill -l"),
        ] {
            let error = unix(SignalKind::from_raw(number)).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::InvalidInput, "{number}");
            let message = error.to_string();
            assert!(message.contains(name), "{message}");
            assert!(message.contains(remedy), "{message}");
        }
        assert_eq!(descriptors(), open);
    });
}

fn a_listener_follows_whoever_asks_it(host: Host) {
    let mut signal = host.runtime().block_on(async { listen(SIGUSR1) });
    raise(SIGUSR1).unwrap();
    // Its runtime is gone; another thread has another one.
    thread::spawn(move || {
        Host::Standalone.runtime().block_on(async {
            assert_eq!(signal.recv().await, Some(()));
            let waiter = spawn(async move { signal.recv().await });
            idle().await;
            raise(SIGUSR1).unwrap();
            assert_eq!(waiter.await.unwrap(), Some(()));
        });
    })
    .join()
    .unwrap();
}

fn listeners_leave_no_descriptor_and_cost_no_source(host: Host) {
    let runtime = host.runtime();
    runtime.block_on(async {
        drop([listen(SIGUSR1), listen(SIGALRM)]); // what stays for the rest of the process
        idle().await;
    });
    let (open, inherited) = (descriptors(), inheritable());
    let sources = runtime.metrics().sources;
    runtime.block_on(async {
        let mut listeners = [(); 20].map(|()| listen(SIGUSR1));
        assert_eq!(inheritable(), inherited);
        raise(SIGUSR1).unwrap();
        for listener in &mut listeners {
            listener.recv().await.unwrap();
        }
        drop(listeners);
        assert_eq!(descriptors(), open);
    });
    assert_eq!(runtime.metrics().sources, sources);
}

fn signal_hook_is_heard_before_and_after_ours(host: Host) {
    for ours_first in [false, true] {
        let number = if ours_first { SIGUSR1 } else { SIGUSR2 };
        host.runtime().block_on(async {
            let register = || {
                let heard = Arc::new(AtomicBool::new(false));
                signal_hook::flag::register(number, heard.clone()).unwrap();
                heard
            };
            let early = (!ours_first).then(register);
            let mut ours = listen(number);
            let theirs = early.unwrap_or_else(register);
            raise(number).unwrap();
            ours.recv().await.unwrap();
            assert!(theirs.load(Ordering::SeqCst), "ours first: {ours_first}");
        });
    }
}

on_every_host!(
    alone: every_signal_that_can_be_caught_is_heard,
    ctrl_c_waits_for_sigint,
    all_listeners_hear_in_all_runtimes,
    a_burst_is_told_once,
    a_wait_that_is_given_up_loses_no_signal,
    no_signal_is_lost_between_many,
    a_signal_while_a_listener_goes_breaks_no_pipe,
    what_comes_to_a_forked_child_is_not_told_to_its_parent,
    in_the_gap_the_signal_goes_unheard_and_ends_nothing,
    what_cannot_be_listened_for_is_refused_with_a_remedy,
    a_listener_follows_whoever_asks_it,
    listeners_leave_no_descriptor_and_cost_no_source,
    signal_hook_is_heard_before_and_after_ours,
);
