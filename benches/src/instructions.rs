//! Counting instructions, which does not depend on the machine's mood.
//!
//! callgrind slows a program fiftyfold but not its clock, and a runtime looks at the clock. So what is counted is
//! the program `instructions`, for which time stands still.

use std::env;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

/// What one operation takes outside the kernel.
#[derive(Clone, Copy, Debug)]
pub struct Count {
    /// In the program itself: without GLib, malloc and the like.
    pub own: f64,
    /// All of it.
    pub all: f64,
}

const CALLGRIND: [&str; 4] = [
    "--tool=callgrind",
    "--toggle-collect=*::counted",
    // Threads take turns; otherwise one that spins may keep out those that it waits for.
    "--fair-sched=try",
    "--compress-strings=no",
];

/// How timeout(1) ends if the time was up.
const TIMED_OUT: i32 = 124;

/// The program whose instructions are counted; this one may be it.
fn program() -> PathBuf {
    env::current_exe()
        .expect("this program")
        .with_file_name("instructions")
}

/// Counts what a contestant needs for an operation.
pub fn count(subject: &str, quantity: &str, contestant: &str) -> Count {
    let name = format!("{subject}-{quantity}-{contestant}")
        .replace(|c: char| !c.is_ascii_alphanumeric(), "_");
    let file = env::temp_dir().join(format!(
        "glib-coro-instructions-{}-{name}",
        std::process::id()
    ));
    let run = || {
        let mut command = Command::new("timeout");
        command
            .args(["120", "valgrind"])
            .args(CALLGRIND)
            .arg(format!("--callgrind-out-file={}", file.display()))
            .arg(program())
            .args(["run", subject, quantity, contestant])
            .stdin(Stdio::null());
        command.output().expect("timeout and valgrind run")
    };
    // With a clock that stands still smol's threads wait for each other for ever, once in a hundred runs.
    let mut runs = std::iter::repeat_with(run).take(3);
    let is_over = |output: &Output| output.status.code() != Some(TIMED_OUT);
    let output = runs.find(is_over);
    let output = output
        .unwrap_or_else(|| panic!("{contestant} hangs under callgrind: {subject}, {quantity}"));
    let messages = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "under callgrind: {messages}");
    let operations: f64 = String::from_utf8_lossy(&output.stdout)
        .trim()
        .parse()
        .expect("the number of operations");
    let profile = fs::read_to_string(&file).expect("callgrind's file");
    let _ = fs::remove_file(&file);
    let (own, all) = sum(&profile);
    assert!(own > 0, "callgrind saw nothing: {messages}");
    Count {
        own: own as f64 / operations,
        all: all as f64 / operations,
    }
}

/// The instructions of the program, and all of them.
///
/// The format is callgrind's: "ob=" says whose the following lines are; a line of two numbers is a place in the source
/// and its instructions, but the one after "calls=" tells what the function called took.
fn sum(profile: &str) -> (u64, u64) {
    let (mut own, mut all) = (0, 0);
    let (mut is_own, mut is_call) = (false, false);
    for line in profile.lines() {
        if let Some(object) = line.strip_prefix("ob=") {
            is_own = object.ends_with("/instructions");
        } else if line.starts_with("calls=") {
            is_call = true;
        } else if line.starts_with(|c: char| c.is_ascii_digit() || "+-*".contains(c)) {
            let instructions = line
                .split(' ')
                .nth(1)
                .and_then(|number| number.parse().ok());
            let instructions: u64 = instructions.unwrap_or(0);
            if !std::mem::take(&mut is_call) {
                all += instructions;
                own += if is_own { instructions } else { 0 };
            }
        }
    }
    (own, all)
}
