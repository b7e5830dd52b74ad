//! Child processes of ours beside those of GLib: each gets the statuses of its own.

#![forbid(unsafe_code)]
#![cfg(all(feature = "glib", target_os = "linux"))]

use std::ffi::OsStr;
use std::io;
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;

use gio::{Subprocess, SubprocessFlags};
use glib_coro::process::Command;
use glib_coro::{join, spawn};
use glib_coro_tests::{Host, children, on_glib, without_pidfds};

const CHILDREN: i32 = 20;

/// A child of `g_spawn_async` and `g_child_watch_add`.
async fn watched(script: &str) -> ExitStatus {
    let argv = ["/bin/sh", "-c", script].map(std::path::Path::new);
    let flags = glib::SpawnFlags::DO_NOT_REAP_CHILD | glib::SpawnFlags::CHILD_INHERITS_STDIN;
    let pid = glib::spawn_async(None::<&str>, &argv, &[], flags, None).unwrap();
    ExitStatus::from_raw(glib::child_watch_future(pid).await.1)
}

async fn subprocess(script: &str) -> ExitStatus {
    let argv = ["sh", "-c", script].map(OsStr::new);
    let process = Subprocess::newv(&argv, SubprocessFlags::NONE).unwrap();
    process.wait_future().await.unwrap();
    ExitStatus::from_raw(process.status())
}

async fn ours(script: &str) -> ExitStatus {
    Command::new("sh")
        .args(["-c", script])
        .status()
        .await
        .unwrap()
}

fn everybody_gets_the_statuses_of_their_own(host: Host) {
    host.runtime().block_on(async {
        let (gate, opened) = io::pipe().unwrap();
        let rounds: Vec<_> = (0..CHILDREN)
            .map(|n| {
                // Dropped at once, to be collected by the runtime while the others are being waited for.
                let dropped = Command::new("sh")
                    .args(["-c", "read line; exit 99"])
                    .stdin(gate.try_clone().unwrap())
                    .spawn()
                    .unwrap();
                drop(dropped);
                spawn(async move {
                    let [a, b, c] = [1, 2, 3].map(|who| format!("exit {}", 100 + 3 * n / 2 + who));
                    let killed = "kill -USR1 $$";
                    let statuses = join!(watched(&a), subprocess(&b), ours(&c), ours(killed));
                    let codes = [statuses.0, statuses.1, statuses.2].map(|status| status.code());
                    assert_eq!(codes, [1, 2, 3].map(|who| Some(100 + 3 * n / 2 + who)));
                    assert_eq!(statuses.3.signal(), Some(10));
                })
            })
            .collect();
        drop(opened);
        for round in rounds {
            round.await.unwrap();
        }
        while !children().is_empty() {
            glib_coro::yield_now().await;
        }
    });
}

fn and_where_neither_has_pidfds(host: Host) {
    // GLib falls back to a handler for SIGCHLD then.
    without_pidfds();
    everybody_gets_the_statuses_of_their_own(host);
}

on_glib!(
    alone: everybody_gets_the_statuses_of_their_own,
    and_where_neither_has_pidfds,
);
