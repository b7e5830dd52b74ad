//! P7: idle means idle: no timer due, no task ready, then no wake-up and no CPU time. And wakes on the
//! runtime's own thread make no system call.

#![forbid(unsafe_code)]
#![cfg(target_os = "linux")]

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use glib_coro_tests::trace::{calls, is_available};
use glib_coro_tests::{Host, OnDrop, on_every_host};

const WHILE: Duration = Duration::from_secs(10);

/// Starts a program and waits until it has said "ready". It is killed with the guard.
fn start(mut command: Command) -> (u32, OnDrop<impl FnOnce()>, BufReader<impl std::io::Read>) {
    let mut child: Child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program runs");
    let id = child.id();
    let mut stdout = BufReader::new(child.stdout.take().expect("piped"));
    let mut line = String::new();
    stdout.read_line(&mut line).expect("a line");
    assert_eq!(line, "ready\n");
    let end = move || {
        let _ = child.kill();
        let _ = child.wait();
    };
    (id, OnDrop::new(end), stdout)
}

fn idle(host: Host, what: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_idle"));
    command.args([&format!("{host:?}"), what]);
    command
}

/// The same, traced into a file.
fn traced(host: Host, what: &str) -> (Command, PathBuf) {
    let file = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{host:?}-{what}.strace"));
    let _ = fs::remove_file(&file);
    let program = idle(host, what);
    let mut command = Command::new("strace");
    command.args(["-f", "-q", "-o"]).arg(&file);
    command.arg(program.get_program()).args(program.get_args());
    (command, file)
}

fn after_ready(trace: &str) -> String {
    let (_, after) = trace.split_once("\"ready\\n\"").expect("it was said");
    after
        .split_once('\n')
        .map(|(_, after)| after.to_owned())
        .unwrap_or_default()
}

fn makes_no_call(host: Host, what: &str) {
    if !is_available() {
        return;
    }
    let (command, file) = traced(host, what);
    let (strace, guard, _stdout) = start(command);
    let read = || after_ready(&fs::read_to_string(&file).expect("strace's file"));
    // Until it has fallen asleep; what never does hangs here.
    let mut before = read();
    loop {
        thread::sleep(Duration::from_secs(1));
        let now = read();
        if now == before {
            break;
        }
        before = now;
    }
    thread::sleep(WHILE);
    let after = read();
    // strace leaves the program alive when it is killed itself.
    let children = format!("/proc/{strace}/task/{strace}/children");
    for child in fs::read_to_string(children)
        .unwrap_or_default()
        .split_whitespace()
    {
        let pid = rustix::process::Pid::from_raw(child.parse().expect("a number"));
        let _ =
            rustix::process::kill_process(pid.expect("a process"), rustix::process::Signal::KILL);
    }
    drop(guard);
    assert_eq!(after, before, "system calls in {WHILE:?} of idleness");
    let last = after.lines().last().expect("at least the call that waits");
    assert!(last.contains("poll(") || last.contains("epoll_"), "{last}");
}

fn one_sleeper_makes_no_system_call(host: Host) {
    makes_no_call(host, "one-sleeper");
}

fn many_waiters_make_no_system_call(host: Host) {
    makes_no_call(host, "many-waiters");
}

/// How often the process was put on a processor, and for how many clock ticks.
fn activity(process: u32) -> (u64, u64) {
    let number = |text: &str| text.trim().parse::<u64>().expect("a number");
    let status = fs::read_to_string(format!("/proc/{process}/status")).expect("procfs");
    let switches = status
        .lines()
        .find_map(|line| line.strip_prefix("voluntary_ctxt_switches:"))
        .expect("a line of Linux");
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).expect("procfs");
    let (_, fields) = stat.rsplit_once(')').expect("the name is in parentheses");
    let fields: Vec<_> = fields.split_whitespace().collect();
    (number(switches), number(fields[11]) + number(fields[12]))
}

fn idle_takes_no_processor_time(host: Host) {
    let (process, _guard, _stdout) = start(idle(host, "many-waiters"));
    let (switches, ticks) = activity(process);
    thread::sleep(WHILE);
    let (switches_after, ticks_after) = activity(process);
    assert!(
        switches_after - switches <= 3,
        "it woke up {} times",
        switches_after - switches
    );
    // Two hundredths of a second, for falling asleep.
    assert!(ticks_after - ticks <= 2, "{} ticks", ticks_after - ticks);
}

fn same_thread_wakes_make_no_system_call(host: Host) {
    if !is_available() {
        return;
    }
    let (command, file) = traced(host, "wakes");
    let (_, _guard, mut stdout) = start(command);
    let mut line = String::new();
    stdout.read_line(&mut line).unwrap();
    assert_eq!(line, "done\n");
    let trace = after_ready(&fs::read_to_string(file).expect("strace's file"));
    let (trace, _) = trace.split_once("\"done\\n\"").expect("it was said");
    let mut calls = calls(trace);
    assert_eq!(calls.remove("write"), Some(1), "only \"done\"");
    // A look at the descriptors every so many polls; and the clock, where the kernel must be asked.
    for allowed in ["epoll_wait", "epoll_pwait", "epoll_pwait2", "clock_gettime"] {
        calls.remove(allowed);
    }
    if cfg!(glib_coro_backend = "polling") {
        // Its look takes five.
        for allowed in ["epoll_ctl", "read", "timerfd_settime"] {
            calls.remove(allowed);
        }
    }
    assert!(calls.is_empty(), "{calls:?}");
}

on_every_host![
    one_sleeper_makes_no_system_call,
    many_waiters_make_no_system_call,
    idle_takes_no_processor_time,
    same_thread_wakes_make_no_system_call,
];
