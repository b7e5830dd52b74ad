//! System calls of a helper program, counted by `strace`.

use std::collections::BTreeMap;
use std::process::{Command, Stdio};

/// Whether `strace` can be used here. In CI it must be.
///
/// # Panics
///
/// If it cannot and the environment says `CI=true`.
pub fn is_available() -> bool {
    let works = Command::new("strace")
        .args(["-o", "/dev/null", "true"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    let ci = std::env::var("CI").is_ok_and(|ci| ci == "true");
    assert!(
        works || !ci,
        "strace is missing or not permitted, and CI=true"
    );
    if !works {
        eprintln!("SKIPPED: strace is missing or not permitted on this machine");
    }
    works
}

/// Runs a program to its end and returns how often it made each system call, all threads together.
///
/// # Panics
///
/// If it fails.
pub fn count(program: &str, args: &[&str]) -> BTreeMap<String, usize> {
    let output = Command::new("strace")
        .args(["-f", "-q", "-o", "/dev/stderr", program])
        .args(args)
        .stdin(Stdio::null())
        .output()
        .expect("strace runs");
    let trace = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} {args:?}: {trace}");
    calls(&trace)
}

/// Counts the calls in a trace.
pub fn calls(trace: &str) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for line in trace.lines() {
        // "1234  write(3, ..": with `-f` each line starts with a thread's number.
        let call = line.trim_start_matches(|c: char| c.is_ascii_digit() || c == ' ');
        if let Some((name, _)) = call.split_once('(')
            && !name.is_empty()
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        {
            *counts.entry(name.to_owned()).or_insert(0) += 1;
        }
    }
    counts
}
