//! A program under test.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};
use std::{fs, thread};

use rustix::process::{Pid, Signal, kill_process};

/// After this a program hangs. Long enough for the slowest machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(120);

/// Whether `USE_GLIB=1` has an effect in this build.
pub(crate) const HAS_GLIB: bool = cfg!(feature = "glib");

/// Waits until something is so.
#[track_caller]
pub(crate) fn wait_until(mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < deadline, "it does not come to be so");
        thread::sleep(Duration::from_millis(5));
    }
}

/// Makes two tests of one: on GLib and on the built-in loop.
macro_rules! on_both_loops {
    ($(fn $name:ident($setting:ident) $body:block)*) => {$(
        mod $name {
            #[allow(unused_imports, reason = "a test may use nothing but the prelude")]
            use super::*;

            fn check($setting: &str) $body

            #[cfg(feature = "glib")]
            #[test]
            fn on_glib() {
                check("1");
            }

            #[test]
            fn on_the_built_in_loop() {
                check("0");
            }
        }
    )*};
}
pub(crate) use on_both_loops;

/// The file of a program.
pub(crate) fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_BIN_EXE_tour")).with_file_name(name)
}

/// The first line of a program that was started with this `USE_GLIB`.
pub(crate) fn header(setting: &str) -> String {
    format!("use_glib: {}", HAS_GLIB && setting == "1")
}

/// A running program; killed when dropped.
pub(crate) struct Program {
    process: Child,
    stdout: Receiver<String>,
    stderr: Receiver<String>,
}

/// How a program ended, and what it had said since it was last listened to.
#[derive(Debug)]
pub(crate) struct End {
    pub(crate) status: ExitStatus,
    pub(crate) lines: Vec<String>,
    pub(crate) errors: Vec<String>,
}

impl Program {
    /// Starts a program with `USE_GLIB` set.
    pub(crate) fn start<S: AsRef<OsStr>>(name: &str, setting: &str, args: &[S]) -> Self {
        Self::spawn(Command::new(path(name)).args(args).env("USE_GLIB", setting))
    }

    /// Starts a command that has been made ready.
    pub(crate) fn spawn(command: &mut Command) -> Self {
        let mut process = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let stdout = lines(process.stdout.take().expect("a pipe"));
        let stderr = lines(process.stderr.take().expect("a pipe"));
        Self {
            process,
            stdout,
            stderr,
        }
    }

    pub(crate) fn id(&self) -> u32 {
        self.process.id()
    }

    /// The next line on stdout.
    pub(crate) fn line(&self) -> String {
        next(&self.stdout).expect("the program has more to say")
    }

    /// The next line on stdout, if it comes that soon.
    #[cfg(feature = "zbus")]
    pub(crate) fn line_within(&self, patience: Duration) -> Option<String> {
        self.stdout.recv_timeout(patience).ok()
    }

    /// The next line on stderr.
    pub(crate) fn error(&self) -> String {
        next(&self.stderr).expect("the program has more to complain about")
    }

    /// The lines up to and including the first that starts with `start`.
    pub(crate) fn lines_until(&self, start: &str) -> Vec<String> {
        let mut lines = vec![self.line()];
        while !lines.last().is_some_and(|line| line.starts_with(start)) {
            lines.push(self.line());
        }
        lines
    }

    /// Presses Ctrl-C.
    pub(crate) fn interrupt(&self) {
        kill_process(Pid::from_child(&self.process), Signal::INT).expect("the program still runs");
    }

    /// Asks the program to end.
    pub(crate) fn terminate(&self) {
        kill_process(Pid::from_child(&self.process), Signal::TERM).expect("the program still runs");
    }

    /// Waits for the program to end. Stdout ends only when nobody holds it any more, so no child
    /// process has survived either.
    pub(crate) fn end(mut self) -> End {
        let lines = std::iter::from_fn(|| next(&self.stdout)).collect();
        let errors = std::iter::from_fn(|| next(&self.stderr)).collect();
        let status = self.process.wait().expect("a status");
        End {
            status,
            lines,
            errors,
        }
    }

    /// The processor time that the program has used so far, in clock ticks.
    pub(crate) fn ticks(&self) -> u64 {
        let stat =
            fs::read_to_string(format!("/proc/{}/stat", self.id())).expect("the program runs");
        let (_, fields) = stat.rsplit_once(") ").expect("a command");
        let fields: Vec<&str> = fields.split(' ').collect();
        let [user, system] =
            [fields[11], fields[12]].map(|ticks| ticks.parse::<u64>().expect("ticks"));
        user + system
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl End {
    /// The program ended well, and had nothing to complain about.
    #[track_caller]
    pub(crate) fn well(self) -> Vec<String> {
        assert_eq!(
            (self.status.code(), &self.errors),
            (Some(0), &vec![]),
            "{self:?}"
        );
        self.lines
    }

    /// The program ended with this status, and gave its reason in one line.
    #[track_caller]
    pub(crate) fn badly(self, status: i32) -> String {
        assert_eq!(
            (self.status.code(), self.errors.len()),
            (Some(status), 1),
            "{self:?}"
        );
        self.errors.concat()
    }
}

/// Runs a program to its end.
pub(crate) fn run<S: AsRef<OsStr>>(name: &str, setting: &str, args: &[S]) -> End {
    Program::start(name, setting, args).end()
}

/// Reads lines on a thread, so that waiting for one can be given up.
fn lines(source: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, receiver) = channel();
    thread::spawn(move || {
        for line in BufReader::new(source).lines() {
            let Ok(()) = sender.send(line.expect("text")) else {
                break;
            };
        }
    });
    receiver
}

fn next(lines: &Receiver<String>) -> Option<String> {
    match lines.recv_timeout(PATIENCE) {
        Ok(line) => Some(line),
        Err(RecvTimeoutError::Disconnected) => None,
        Err(RecvTimeoutError::Timeout) => panic!("the program hangs"),
    }
}
