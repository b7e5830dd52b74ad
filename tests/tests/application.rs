//! Applications around a coroutine, as processes of their own: `src/bin/application.rs`.

#![forbid(unsafe_code)]
#![cfg(feature = "glib")]

use std::io::{BufRead, BufReader, Lines, Read};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, ChildStdout, Command, Stdio};

use ::glib::MainContext;
use glib_coro::application;
use glib_coro_tests::bus::Bus;
use glib_coro_tests::{Host, catch_panic, on_glib};
use rustix::process::{Pid, Signal, kill_process};

/// A process, and what it prints.
struct Process {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Process {
    fn start(what: &str, bus: Option<&Bus>, arguments: &[&str]) -> Self {
        Self::start_with(what, bus, arguments, &[])
    }

    fn start_with(
        what: &str,
        bus: Option<&Bus>,
        arguments: &[&str],
        variables: &[(&str, &str)],
    ) -> Self {
        let address = bus.map_or("disabled:", Bus::address);
        let mut child = Command::new(env!("CARGO_BIN_EXE_application"))
            .args(arguments)
            .env("GLIB_CORO_TEST_APPLICATION", what)
            .env("DBUS_SESSION_BUS_ADDRESS", address)
            .envs(variables.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program is built with the tests");
        let lines = BufReader::new(child.stdout.take().expect("piped")).lines();
        Self { child, lines }
    }

    /// The next line that it prints; empty at the end.
    fn line(&mut self) -> String {
        self.lines
            .next()
            .map_or(String::new(), |line| line.expect("text"))
    }

    fn send(&self, signal: Signal) {
        let pid = Pid::from_child(&self.child);
        kill_process(pid, signal).expect("it is alive");
    }

    /// The rest of what it prints, its exit status, and what it says on standard error.
    fn end(mut self) -> (Vec<String>, i32, String) {
        let lines = self.lines.map(|line| line.expect("text")).collect();
        let mut stderr = String::new();
        let pipe = self.child.stderr.as_mut().expect("piped");
        pipe.read_to_string(&mut stderr).expect("text");
        let status = self.child.wait().expect("it is ours");
        (lines, status.code().unwrap_or(-1), stderr)
    }
}

fn the_body_starts_at_the_launch_holds_the_application_and_gives_the_exit_code(_: Host) {
    let (lines, code, stderr) = Process::start("activate", None, &[]).end();
    let expected = [
        "startup",
        "activate",
        "body in org.example.GlibCoroTest",
        "done",
        "ran",
    ];
    assert_eq!(lines, expected);
    assert_eq!((code, stderr.as_str()), (7, ""));
}

fn an_error_is_shown_and_is_a_failure(_: Host) {
    let (_, code, stderr) = Process::start("error", None, &[]).end();
    assert_eq!(code, 1);
    assert!(stderr.contains("Error: \"out of luck\""), "{stderr}");
}

fn a_panic_ends_the_application_and_is_shown_once(_: Host) {
    let (lines, code, stderr) = Process::start("panic", None, &[]).end();
    assert_eq!(lines, ["startup"]);
    assert_eq!(code, 101);
    assert_eq!(stderr.matches("out of luck").count(), 1, "{stderr}");
}

fn quit_drops_the_body(_: Host) {
    let (lines, code, stderr) = Process::start("quit", None, &[]).end();
    assert_eq!(lines, ["startup", "dropped", "ran"]);
    assert_eq!((code, stderr.as_str()), (0, ""));
}

fn what_is_done_with_local_options_starts_no_body(_: Host) {
    let (lines, code, _) = Process::start("options", None, &[]).end();
    assert_eq!((lines, code), (vec!["ran".to_owned()], 5));
    let (lines, code, _) = Process::start("activate", None, &["--no-such-option"]).end();
    assert_eq!((lines, code), (vec!["ran".to_owned()], 1));
}

fn leftovers_get_the_token_one_poll_and_are_dropped_in_the_loop(_: Host) {
    let (lines, code, stderr) = Process::start("leftovers", None, &[]).end();
    // The program's own handler for `shutdown` was connected before.
    let mut end = lines[2..].to_vec();
    end.sort();
    assert_eq!(lines[..2], ["startup", "done"]);
    assert_eq!(
        end,
        [
            "dropped, in the loop: true",
            "ran",
            "shutdown, in the loop: true",
            "token"
        ]
    );
    assert_eq!((code, stderr.as_str()), (0, ""));
}

fn an_application_with_a_window_goes_on_after_the_body(_: Host) {
    let (lines, code, stderr) = Process::start("window", None, &[]).end();
    assert_eq!(
        lines,
        ["startup", "done", "closed", "no more launches", "ran"]
    );
    assert_eq!((code, stderr.as_str()), (4, ""));
}

fn ctrl_c_and_sigterm_end_it_cleanly(_: Host) {
    for signal in [Signal::INT, Signal::TERM] {
        let mut process = Process::start("patient", None, &[]);
        assert_eq!([process.line(), process.line()], ["startup", "body"]);
        process.send(signal);
        let (lines, code, stderr) = process.end();
        assert_eq!(lines, ["dropped", "ran"]);
        assert_eq!((code, stderr.as_str()), (0, ""));
    }
}

fn one_that_was_registered_before_listens_to_signals_too(_: Host) {
    let mut process = Process::start("registered", None, &[]);
    assert_eq!([process.line(), process.line()], ["startup", "body"]);
    process.send(Signal::TERM);
    let (lines, code, stderr) = process.end();
    assert_eq!(
        (lines, code, stderr.as_str()),
        (vec!["ran".to_owned()], 0, "")
    );
}

fn a_body_that_has_the_token_cleans_up_by_itself(_: Host) {
    let mut process = Process::start("goodbye", None, &[]);
    assert_eq!([process.line(), process.line()], ["startup", "body"]);
    process.send(Signal::INT);
    let (lines, code, stderr) = process.end();
    assert_eq!(lines, ["goodbye", "ran"]);
    assert_eq!((code, stderr.as_str()), (3, ""));
}

fn a_second_ctrl_c_ends_one_that_does_not_come_to_an_end(_: Host) {
    let mut process = Process::start_with("goodbye", None, &[], &[("STUBBORN", "1")]);
    assert_eq!([process.line(), process.line()], ["startup", "body"]);
    process.send(Signal::INT);
    assert_eq!(process.line(), "goodbye");
    process.send(Signal::INT);
    let (lines, code, _) = process.end();
    assert_eq!(
        (lines, code),
        (vec!["dropped".to_owned(), "ran".to_owned()], 0)
    );
}

fn ctrl_c_ends_one_that_cannot_come_to_an_end(_: Host) {
    let mut process = Process::start("nested", None, &[]);
    assert_eq!([process.line(), process.line()], ["startup", "body"]);
    process.send(Signal::INT);
    assert_eq!(process.line(), "interrupted");
    process.send(Signal::INT);
    let status = process.child.wait().expect("it is ours");
    assert_eq!(status.signal(), Some(Signal::INT.as_raw()));
}

fn the_exit_code_of_its_own_command_line_wins_over_the_bodys(_: Host) {
    let (_, code, stderr) = Process::start("own-status", None, &[]).end();
    assert_eq!(code, 9);
    assert!(stderr.contains("reported all the same"), "{stderr}");
}

fn what_was_spawned_before_goes_on(_: Host) {
    let (lines, code, _) = Process::start("earlier", None, &[]).end();
    assert_eq!(lines, ["startup", "earlier", "done", "ran"]);
    assert_eq!(code, 0);
}

fn one_application_may_follow_another(_: Host) {
    let (lines, code, stderr) = Process::start("twice", None, &[]).end();
    assert_eq!(lines, ["startup", "first", "startup", "second", "ran"]);
    assert_eq!((code, stderr.as_str()), (2, ""));
}

fn launches_of_an_application_that_runs_without_a_body(_: Host) {
    let (lines, code, stderr) = Process::start("plain", None, &[]).end();
    assert_eq!(lines, ["startup", "launched", "ran"]);
    assert_eq!((code, stderr.as_str()), (0, ""));
}

fn what_is_spawned_after_the_end_of_all_coroutines_does_not_outlive_the_application(_: Host) {
    let (lines, code, stderr) = Process::start("late", None, &[]).end();
    assert_eq!(lines, ["startup", "done", "dropped", "over", "ran"]);
    assert_eq!((code, stderr.as_str()), (0, ""));
}

fn a_stream_made_before_the_first_launch_does_not_take_it_from_the_body(_: Host) {
    let (lines, code, stderr) = Process::start("early-stream", None, &[]).end();
    assert_eq!(
        lines,
        [
            "startup",
            "seen: Activate",
            "body: Activate",
            "body: Activate",
            "seen: Activate",
            "ran"
        ]
    );
    assert_eq!((code, stderr.as_str()), (0, ""));
}

fn a_second_instance_launches_the_first(_: Host) {
    let bus = Bus::start();
    let mut first = Process::start("files", Some(&bus), &["a.txt", "b.txt"]);
    assert_eq!(first.line(), "startup");
    // Not lost, although the first may not have asked for launches yet.
    let (lines, code, _) = Process::start("files", Some(&bus), &["c.txt"]).end();
    assert_eq!((lines, code), (vec!["ran".to_owned()], 0));
    assert_eq!(first.line(), "opened a.txt b.txt \"\"");
    assert_eq!(first.line(), "opened c.txt \"\"");
    let (lines, code, _) = Process::start("files", Some(&bus), &[]).end();
    assert_eq!((lines, code), (vec!["ran".to_owned()], 0));
    assert_eq!(first.line(), "activated");
    Process::start("files", Some(&bus), &["quit"]).end();
    let (lines, code, stderr) = first.end();
    assert_eq!(lines, ["opened quit \"\"", "ran"]);
    assert_eq!((code, stderr.as_str()), (0, ""));
}

fn a_second_instance_waits_for_its_command_line_and_gets_its_exit_code(_: Host) {
    let bus = Bus::start();
    let mut first = Process::start("command-lines", Some(&bus), &["begin"]);
    assert_eq!([first.line(), first.line()], ["startup", "asked to begin"]);
    for code in [0, 6] {
        let argument = code.to_string();
        let second = Process::start("command-lines", Some(&bus), &["exit", &argument]);
        let (lines, status, _) = second.end();
        assert_eq!((lines, status), (vec!["ran".to_owned()], code));
        assert_eq!(first.line(), format!("asked to exit {code}"));
    }
    Process::start("command-lines", Some(&bus), &["quit"]).end();
    let (lines, code, stderr) = first.end();
    assert_eq!(lines, ["asked to quit", "ran"]);
    assert_eq!((code, stderr.as_str()), (0, ""));
}

fn launches_that_nobody_asks_for_are_let_go(_: Host) {
    let bus = Bus::start();
    let mut first = Process::start("unasked", Some(&bus), &[]);
    assert_eq!([first.line(), first.line()], ["startup", "done"]);
    let (lines, code, _) = Process::start("unasked", Some(&bus), &["hello"]).end();
    assert_eq!((lines, code), (vec!["ran".to_owned()], 0));
    first.send(Signal::TERM);
    let (lines, code, _) = first.end();
    assert_eq!((lines, code), (vec!["ran".to_owned()], 0));
}

fn the_body_of_a_service_starts_with_its_first_launch(_: Host) {
    let bus = Bus::start();
    let mut service = Process::start("files", Some(&bus), &["--gapplication-service"]);
    assert_eq!(service.line(), "startup");
    Process::start("files", Some(&bus), &["late.txt"]).end();
    assert_eq!(service.line(), "opened late.txt \"\"");
    Process::start("files", Some(&bus), &["quit"]).end();
    assert_eq!(service.line(), "opened quit \"\"");
    // Its body has ended, so it ends by itself.
    let (lines, code, stderr) = service.end();
    assert_eq!(lines, ["ran"]);
    assert_eq!((code, stderr.as_str()), (0, ""));
}

fn it_refuses_to_run_inside_a_coroutine_and_beside_another_loop(host: Host) {
    let app = || gio::Application::new(None, gio::ApplicationFlags::NON_UNIQUE);
    host.runtime().block_on(async {
        let line = line!() + 1;
        let caught = catch_panic(|| application::run(app(), async |_| ()));
        assert_eq!((caught.file.as_str(), caught.line), (file!(), line));
        assert!(caught.message.contains("plain `fn main`"), "{caught:?}");
        let caught = catch_panic(|| application::shutdown_token(&app()));
        assert!(caught.message.contains("application::run"), "{caught:?}");
    });
    let (owned, wait) = std::sync::mpsc::channel();
    let (end, done) = std::sync::mpsc::channel::<()>();
    let owner = std::thread::spawn(move || {
        let default = MainContext::default();
        let _owned = default.acquire().unwrap();
        owned.send(()).unwrap();
        let _ = done.recv();
    });
    wait.recv().unwrap();
    let line = line!() + 1;
    let caught = catch_panic(|| application::run(app(), async |_| ()));
    assert_eq!((caught.file.as_str(), caught.line), (file!(), line));
    drop(end);
    owner.join().unwrap();
}

on_glib!(
    the_body_starts_at_the_launch_holds_the_application_and_gives_the_exit_code,
    an_error_is_shown_and_is_a_failure,
    a_panic_ends_the_application_and_is_shown_once,
    quit_drops_the_body,
    what_is_done_with_local_options_starts_no_body,
    leftovers_get_the_token_one_poll_and_are_dropped_in_the_loop,
    an_application_with_a_window_goes_on_after_the_body,
    ctrl_c_and_sigterm_end_it_cleanly,
    one_that_was_registered_before_listens_to_signals_too,
    a_body_that_has_the_token_cleans_up_by_itself,
    a_second_ctrl_c_ends_one_that_does_not_come_to_an_end,
    ctrl_c_ends_one_that_cannot_come_to_an_end,
    the_exit_code_of_its_own_command_line_wins_over_the_bodys,
    what_was_spawned_before_goes_on,
    one_application_may_follow_another,
    launches_of_an_application_that_runs_without_a_body,
    what_is_spawned_after_the_end_of_all_coroutines_does_not_outlive_the_application,
    a_stream_made_before_the_first_launch_does_not_take_it_from_the_body,
    a_second_instance_launches_the_first,
    a_second_instance_waits_for_its_command_line_and_gets_its_exit_code,
    launches_that_nobody_asks_for_are_let_go,
    the_body_of_a_service_starts_with_its_first_launch,
    it_refuses_to_run_inside_a_coroutine_and_beside_another_loop,
);
