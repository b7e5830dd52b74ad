//! What holds of child processes: every status arrives, no zombie stays, and nobody's child is taken from anybody.

use std::future::poll_fn;
use std::io::{self, ErrorKind};
use std::os::unix::process::ExitStatusExt;
use std::process::Stdio;
use std::task::Poll;
use std::thread;
use std::time::Duration;

use futures_util::future::join_all;
use futures_util::{AsyncReadExt, AsyncWriteExt};
use glib_coro::process::{Child, Command};
use glib_coro::task::JoinSet;
use glib_coro::{idle, sleep, spawn};
use glib_coro_tests::{Host, children, descriptors, inheritable};
use rustix::process::{Pid, Signal, WaitOptions, kill_process, wait};

const MEGABYTE: usize = 1 << 20;

fn shell(script: &str) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", script]);
    command
}

/// A child that does not end by itself.
fn sleeper() -> Command {
    let mut command = Command::new("sleep");
    command.arg("1000");
    command
}

/// Waits until this process has no child, zombies included, whose parent it is.
async fn no_child_is_left() {
    while !children().is_empty() {
        sleep(Duration::from_millis(1)).await;
    }
}

pub(crate) fn five_hundred_children_end_at_once(host: Host) {
    const CHILDREN: i32 = 500;
    let rt = host.runtime();
    rt.block_on(async {
        // All of them read the same pipe, whose end is the end of them.
        let (gate, opened) = io::pipe().unwrap();
        let mut waiters = JoinSet::new();
        for n in 0..CHILDREN {
            let script = match n % 3 {
                0 => format!("read line; exit {}", n % 256),
                1 => "read line; kill -KILL $$".to_owned(),
                _ => "read line; kill -TERM $$".to_owned(),
            };
            let stdin = gate.try_clone().unwrap();
            let mut child = shell(&script).stdin(stdin).spawn().unwrap();
            waiters.spawn(async move { (n, child.wait().await.unwrap()) });
        }
        drop(gate);
        idle().await;
        assert_eq!(children().len(), CHILDREN as usize);
        drop(opened);
        let mut statuses = 0;
        while let Some(outcome) = waiters.join_next().await {
            let (n, status) = outcome.unwrap();
            let (code, signal) = match n % 3 {
                0 => (Some(n % 256), None),
                1 => (None, Some(9)),
                _ => (None, Some(15)),
            };
            assert_eq!((status.code(), status.signal()), (code, signal), "{n}");
            statuses += 1;
        }
        assert_eq!(statuses, CHILDREN);
        assert_eq!(children(), [], "no zombie");
    });
}

pub(crate) fn output_larger_than_the_pipes_is_collected(host: Host) {
    host.runtime().block_on(async {
        // In turns, so that whoever reads one stream to its end first never gets there.
        let script = "i=0; while [ $i -lt 64 ]; do \
                      head -c 16384 /dev/zero; head -c 16384 /dev/zero >&2; i=$((i+1)); done; exit 3";
        let outputs = [(); 3].map(|()| shell(script).output());
        for output in join_all(outputs).await {
            let output = output.unwrap();
            assert_eq!(output.status.code(), Some(3));
            assert_eq!(output.stdout.len(), MEGABYTE);
            assert_eq!(output.stderr.len(), MEGABYTE);
        }
        assert_eq!(children(), []);
    });
}

pub(crate) fn a_child_that_writes_without_end_holds_nobody_up(host: Host) {
    host.runtime().block_on(async {
        let mut endless = shell("exec cat /dev/zero");
        let collecting = spawn(endless.kill_on_drop(true).output());
        for _ in 0..100 {
            idle().await;
        }
        collecting.abort();
        assert!(collecting.await.unwrap_err().is_cancelled());
        no_child_is_left().await;
    });
}

pub(crate) fn output_takes_what_it_is_told_and_no_more(host: Host) {
    host.runtime().block_on(async {
        // Without standard input of its own, `cat` would wait for the test's.
        let mut cat = shell("cat; echo out; echo err >&2");
        let output = cat.output().await.unwrap();
        assert_eq!(
            (&*output.stdout, &*output.stderr),
            (&b"out\n"[..], &b"err\n"[..])
        );
        // Chosen streams stay as they are, and the others are back to normal.
        let output = cat.stderr(Stdio::null()).output().await.unwrap();
        assert_eq!(
            (&*output.stdout, &*output.stderr),
            (&b"out\n"[..], &b""[..])
        );
        let child = shell("exit").stdout(Stdio::piped()).spawn().unwrap();
        assert!(child.stdin.is_none() && child.stdout.is_some() && child.stderr.is_none());
        let output = child.wait_with_output().await.unwrap();
        assert!(output.stdout.is_empty() && output.status.success());
    });
}

pub(crate) fn status_does_not_wait_for_pipes_that_nobody_can_reach(host: Host) {
    host.runtime().block_on(async {
        let status = shell("cat; trap '' PIPE; echo out; exit 200")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .status();
        assert_eq!(status.await.unwrap().code(), Some(200));
    });
}

pub(crate) fn what_is_written_comes_back(host: Host) {
    host.runtime().block_on(async {
        let mut cat = Command::new("cat")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (mut stdin, mut stdout) = (cat.stdin.take().unwrap(), cat.stdout.take().unwrap());
        let written: Vec<u8> = (0..MEGABYTE).map(|n| n as u8).collect();
        let writer = spawn({
            let written = written.clone();
            async move {
                stdin.write_all(&written).await.unwrap();
                stdin.close().await.unwrap();
                stdin.write_all(b"more").await.unwrap_err()
            }
        });
        let mut read = Vec::new();
        stdout.read_to_end(&mut read).await.unwrap();
        assert!(read == written);
        assert_eq!(writer.await.unwrap().kind(), ErrorKind::BrokenPipe);
        assert!(cat.wait().await.unwrap().success());
    });
}

pub(crate) fn pipes_lead_from_child_to_child(host: Host) {
    host.runtime().block_on(async {
        let mut first = shell("echo one; echo two")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let between: Stdio = first.stdout.take().unwrap().try_into().unwrap();
        let count = Command::new("wc").arg("-l").stdin(between).output();
        assert_eq!(count.await.unwrap().stdout.trim_ascii(), b"2");
        assert!(first.wait().await.unwrap().success());
    });
}

pub(crate) fn waiting_closes_the_standard_input_and_asking_does_not(host: Host) {
    host.runtime().block_on(async {
        let mut cat = Command::new("cat").stdin(Stdio::piped()).spawn().unwrap();
        for _ in 0..10 {
            assert!(cat.try_wait().unwrap().is_none());
            sleep(Duration::from_millis(1)).await;
        }
        assert!(cat.wait().await.unwrap().success());
        assert!(cat.stdin.is_none());
    });
}

pub(crate) fn a_child_that_ignores_sigterm_is_killed_all_the_same(host: Host) {
    host.runtime().block_on(async {
        let mut stubborn = shell("trap '' TERM; echo ready; while :; do sleep 0.01; done")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        stubborn
            .stdout
            .as_mut()
            .unwrap()
            .read_exact(&mut [0; 6])
            .await
            .unwrap();
        let pid = Pid::from_raw(stubborn.id() as i32).unwrap();
        kill_process(pid, Signal::TERM).unwrap();
        sleep(Duration::from_millis(20)).await;
        assert!(stubborn.try_wait().unwrap().is_none());
        stubborn.kill().unwrap();
        assert_eq!(stubborn.wait().await.unwrap().signal(), Some(9));
    });
}

pub(crate) fn a_missing_program_is_named(host: Host) {
    host.runtime().block_on(async {
        let mut missing = Command::new("no-such-program");
        let error = missing.spawn().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound);
        assert!(error.to_string().contains("\"no-such-program\""), "{error}");
        assert!(error.to_string().contains("PATH"), "{error}");
        assert_eq!(
            missing.status().await.unwrap_err().kind(),
            ErrorKind::NotFound
        );
        assert_eq!(
            missing.output().await.unwrap_err().kind(),
            ErrorKind::NotFound
        );
        let error = Command::new("true")
            .current_dir("/no/such/place")
            .spawn()
            .unwrap_err();
        assert!(error.to_string().contains("/no/such/place"), "{error}");
        let error = Command::new("/etc/passwd").spawn().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::PermissionDenied);
        assert_eq!(children(), []);
    });
}

pub(crate) fn kill_after_the_end_is_no_error(host: Host) {
    host.runtime().block_on(async {
        let mut child = shell("exit 7").spawn().unwrap();
        while !children().iter().any(|&(_, state)| state == 'Z') {
            sleep(Duration::from_millis(1)).await;
        }
        child.kill().unwrap();
        for _ in 0..3 {
            assert_eq!(child.wait().await.unwrap().code(), Some(7));
            assert_eq!(child.try_wait().unwrap().unwrap().code(), Some(7));
            child.kill().unwrap();
        }
    });
}

pub(crate) fn a_wait_that_is_given_up_loses_nothing(host: Host) {
    host.runtime().block_on(async {
        let mut child = shell("read line; exit 7")
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        let stdin = child.stdin.take();
        for _ in 0..3 {
            let mut wait = Box::pin(child.wait());
            assert!(poll_fn(|cx| Poll::Ready(wait.as_mut().poll(cx).is_pending())).await);
        }
        drop(stdin);
        assert_eq!(child.wait().await.unwrap().code(), Some(7));
    });
}

pub(crate) fn a_dropped_child_goes_on_and_leaves_no_zombie(host: Host) {
    host.runtime().block_on(async {
        let (gate, opened) = io::pipe().unwrap();
        for _ in 0..50 {
            drop(
                shell("read line")
                    .stdin(gate.try_clone().unwrap())
                    .spawn()
                    .unwrap(),
            );
            drop(shell("read line").stdin(gate.try_clone().unwrap()).status());
            drop(Command::new("true").spawn().unwrap());
        }
        drop(gate);
        // Those that wait for the gate are alive, the others go without anybody's doing.
        while children().len() > 100 {
            sleep(Duration::from_millis(1)).await;
        }
        idle().await;
        assert_eq!(children().len(), 100);
        drop(opened);
        no_child_is_left().await;
    });
}

pub(crate) fn killed_when_dropped_if_that_was_asked_for(host: Host) {
    host.runtime().block_on(async {
        drop(sleeper().kill_on_drop(true).spawn().unwrap());
        drop(sleeper().kill_on_drop(true).status());
        drop(sleeper().kill_on_drop(true).output());
        let waiting = spawn(sleeper().kill_on_drop(true).status());
        idle().await;
        waiting.abort();
        no_child_is_left().await;
        // Not if it has ended before.
        drop(shell("exit").kill_on_drop(true).spawn().unwrap());
        no_child_is_left().await;
    });
}

pub(crate) fn dropped_children_hold_up_no_shutdown_and_count_as_no_coroutine(host: Host) {
    let runtime = host.runtime();
    let pid = runtime.block_on(async {
        let child = sleeper().spawn().unwrap();
        let pid = Pid::from_raw(child.id() as i32).unwrap();
        drop(child);
        idle().await;
        pid
    });
    assert_eq!(runtime.metrics().alive, 0);
    runtime.shutdown(Duration::from_secs(1000));
    kill_process(pid, Signal::KILL).unwrap();
    while children().iter().any(|&(_, state)| state != 'Z') {
        thread::yield_now();
    }
    // Its runtime is gone; the next spawn of another one looks after it.
    host.runtime().block_on(async {
        shell("exit").status().await.unwrap();
        assert_eq!(children(), []);
    });
}

pub(crate) fn a_child_moves_between_runtimes_and_threads(host: Host) {
    let (gate, opened) = io::pipe().unwrap();
    let spawn_one = || {
        shell("read line; exit 7")
            .stdin(gate.try_clone().unwrap())
            .spawn()
            .unwrap()
    };
    let rt = host.runtime();
    let [mut waited, dropped]: [Child; 2] = rt.block_on(async { [spawn_one(), spawn_one()] });
    drop(gate);
    // The runtime where it was spawned goes on here, while another thread drops the one ..
    thread::spawn(move || drop(dropped)).join().unwrap();
    let waiter = thread::spawn(move || {
        // .. and waits for the other on a runtime of its own.
        Host::Standalone
            .runtime()
            .block_on(async move { waited.wait().await.unwrap() })
    });
    drop(opened);
    assert_eq!(waiter.join().unwrap().code(), Some(7));
    rt.block_on(no_child_is_left());
}

pub(crate) fn a_status_that_somebody_else_took_is_an_error_with_a_remedy(host: Host) {
    host.runtime().block_on(async {
        let mut robbed = shell("exit 7").spawn().unwrap();
        wait(WaitOptions::empty()).unwrap().unwrap();
        let error = robbed.wait().await.unwrap_err();
        assert!(error.to_string().contains("waits for any child"), "{error}");
        robbed.kill().unwrap();
    });
}

pub(crate) fn neighbours_get_the_statuses_of_their_own(host: Host) {
    host.runtime().block_on(async {
        let (gate, opened) = io::pipe().unwrap();
        let mut theirs = std::process::Command::new("sh")
            .args(["-c", "read line; exit 11"])
            .stdin(gate.try_clone().unwrap())
            .spawn()
            .unwrap();
        let mut ours = shell("read line; exit 12").stdin(gate).spawn().unwrap();
        drop(opened);
        assert_eq!(ours.wait().await.unwrap().code(), Some(12));
        drop(shell("exit").spawn().unwrap());
        sleep(Duration::from_millis(5)).await;
        assert_eq!(theirs.wait().unwrap().code(), Some(11));
    });
}

pub(crate) fn no_descriptor_is_left_or_inherited(host: Host) {
    host.runtime().block_on(async {
        shell("exit").status().await.unwrap(); // whatever is opened once
        let (open, inherited) = (descriptors(), inheritable());
        let piped = || {
            let mut command = sleeper();
            for set in [Command::stdin, Command::stdout, Command::stderr] {
                set(&mut command, Stdio::piped());
            }
            command.spawn().unwrap()
        };
        let mut all = [(); 5].map(|()| piped());
        assert!(descriptors() >= open + 15, "three pipes each");
        assert_eq!(inheritable(), inherited);
        let [waited, ..] = &mut all;
        waited.kill().unwrap();
        waited.wait().await.unwrap();
        for child in &mut all {
            child.kill().unwrap();
        }
        drop(all);
        no_child_is_left().await;
        idle().await;
        assert_eq!(descriptors(), open);
    });
}

/// Gives the names of all of them to a macro.
macro_rules! every_behaviour {
    ($apply:ident) => {
        $apply!(
            five_hundred_children_end_at_once,
            output_larger_than_the_pipes_is_collected,
            a_child_that_writes_without_end_holds_nobody_up,
            output_takes_what_it_is_told_and_no_more,
            status_does_not_wait_for_pipes_that_nobody_can_reach,
            what_is_written_comes_back,
            pipes_lead_from_child_to_child,
            waiting_closes_the_standard_input_and_asking_does_not,
            a_child_that_ignores_sigterm_is_killed_all_the_same,
            a_missing_program_is_named,
            kill_after_the_end_is_no_error,
            a_wait_that_is_given_up_loses_nothing,
            a_dropped_child_goes_on_and_leaves_no_zombie,
            killed_when_dropped_if_that_was_asked_for,
            dropped_children_hold_up_no_shutdown_and_count_as_no_coroutine,
            a_child_moves_between_runtimes_and_threads,
            a_status_that_somebody_else_took_is_an_error_with_a_remedy,
            neighbours_get_the_statuses_of_their_own,
            no_descriptor_is_left_or_inherited,
        );
    };
}
