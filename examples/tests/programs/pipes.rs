//! Children that answer, children that do not, and what is left of them.

use std::collections::BTreeSet;
use std::fmt::Display;
use std::io::{self, Read};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use std::{fs, thread};

use rustix::process::{Pid, Signal, kill_process};

use crate::support::{PATIENCE, Program, header, on_both_loops, path, run};

/// The ids of the children that said that they wait.
fn waiting(lines: &[String]) -> BTreeSet<u32> {
    let children = lines
        .iter()
        .filter_map(|line| line.strip_prefix("child ")?.split_once(" waiting for "));
    children
        .map(|(pid, _)| pid.parse().expect("an id"))
        .collect()
}

/// The moment, the child and the rest of a line `at TIMEs child PID REST`.
fn report(line: &str) -> (f64, u32, &str) {
    let (at, rest) = line
        .strip_prefix("at ")
        .and_then(|line| line.split_once("s child "))
        .expect("a report");
    let (pid, rest) = rest.split_once(' ').expect("an id");
    (
        at.parse().expect("seconds"),
        pid.parse().expect("an id"),
        rest,
    )
}

fn reports(lines: &[String]) -> Vec<(f64, u32, &str)> {
    lines
        .iter()
        .filter(|line| line.starts_with("at "))
        .map(|line| report(line))
        .collect()
}

/// The pipes that a process has open, standard output and error aside.
fn pipes_of(process: impl Display) -> BTreeSet<String> {
    let descriptors = fs::read_dir(format!("/proc/{process}/fd")).expect("it runs");
    descriptors
        .map(|entry| entry.expect("a descriptor").path())
        .filter(|path| !path.ends_with("1") && !path.ends_with("2"))
        .filter_map(|path| {
            fs::read_link(path)
                .ok()?
                .into_os_string()
                .into_string()
                .ok()
        })
        .filter(|target| target.starts_with("pipe:"))
        .collect()
}

on_both_loops! {
    fn every_child_answers(setting) {
        let lines = run("pipes", setting, &["--delays=0..0.5"]).well();
        assert_eq!(lines[0], header(setting));
        assert_eq!(lines.len(), 1 + 5 + 1 + 5, "{lines:?}");
        assert_eq!(lines.iter().filter(|line| *line == "max wait = 20.000s").count(), 1);

        let reports = reports(&lines);
        for (_, pid, rest) in &reports {
            assert_eq!(*rest, format!("msg: b\"child {pid} says hello\""));
        }
        let answered: BTreeSet<u32> = reports.iter().map(|(_, pid, _)| *pid).collect();
        assert_eq!(answered.len(), 5);
        assert_eq!(answered, waiting(&lines));
    }

    fn a_child_that_takes_too_long_is_killed(setting) {
        let lines = run("pipes", setting, &["--delays=1000..1000", "--patience=0.5"]).well();
        assert!(lines.contains(&"max wait = 0.500s".to_owned()));
        let reports = reports(&lines);
        for (at, _, rest) in &reports {
            assert_eq!(*rest, "taking too long, killing");
            assert!(*at >= 0.5, "too early: {at}");
        }
        let killed: BTreeSet<u32> = reports.iter().map(|(_, pid, _)| *pid).collect();
        assert_eq!(killed.len(), 5);
        // A busy machine may not have let a child speak before it was killed.
        assert!(waiting(&lines).is_subset(&killed));
    }

    fn one_that_dies_is_read_to_its_end_and_reaped_while_others_wait(setting) {
        let parent = Program::start("pipes", setting, &["--delays=1000..1000", "--patience=1000"]);
        let mut lines = vec![parent.line()];
        while lines.len() < 1 + 5 + 1 {
            lines.push(parent.line());
        }
        let children = waiting(&lines);
        assert_eq!(children.len(), 5, "{lines:?}");
        for child in children {
            kill_process(Pid::from_raw(child as i32).expect("an id"), Signal::KILL).expect("it waits");
            let line = parent.line();
            let (_, pid, rest) = report(&line);
            assert_eq!((pid, rest), (child, "msg: b\"\""));
            // No zombie: the process is gone altogether. The last one may take its parent with it.
            let deadline = Instant::now() + PATIENCE;
            while fs::exists(format!("/proc/{child}")).expect("an answer") {
                assert!(Instant::now() < deadline, "{child} is not reaped");
                thread::sleep(Duration::from_millis(5));
            }
        }
        parent.end().well();
    }

    fn a_child_has_its_own_pipe_and_no_other(setting) {
        let parent = Program::start("pipes", setting, &["--delays=1000..1000", "--patience=1000"]);
        let mut lines = vec![parent.line()];
        while lines.len() < 1 + 5 + 1 {
            lines.push(parent.line());
        }
        let mut seen = BTreeSet::new();
        for child in waiting(&lines) {
            // What cargo hands down to everybody is not meant.
            let pipes = &pipes_of(child) - &pipes_of("self");
            assert_eq!(pipes.len(), 1, "{pipes:?}");
            seen.extend(pipes);
            kill_process(Pid::from_raw(child as i32).expect("an id"), Signal::KILL).expect("it waits");
        }
        assert_eq!(seen.len(), 5, "two children share a pipe");
        parent.end().well();
    }

    fn a_child_says_hello_without_an_end_of_line(setting) {
        let (mut pipe, answer) = io::pipe().expect("a pipe");
        let mut command = Command::new(path("pipes"));
        command.arg("--child=0..0").env("USE_GLIB", setting).stdin(answer).stdout(Stdio::piped());
        let child = command.spawn().expect("a child");
        drop(command); // and with it our write end
        let mut message = String::new();
        pipe.read_to_string(&mut message).expect("text");
        assert_eq!(message, format!("child {} says hello", child.id()));
        let output = child.wait_with_output().expect("an end");
        assert!(output.status.success());
        assert!(!String::from_utf8_lossy(&output.stdout).contains("use_glib"));
    }

    fn a_child_whose_parent_has_gone_fails(setting) {
        // Standard input is no pipe here, and nobody can write to it.
        run("pipes", setting, &["--child=0..0"]).badly(1);
    }

    fn bad_options_are_refused(setting) {
        for bad in ["--bogus", "argument", "--patience=inf", "--patience=-1", "--delays=3..2", "--delays=1"] {
            run("pipes", setting, &[bad]).badly(2);
        }
    }
}
