//! Counting instructions, which does not depend on the machine's mood.

use std::env;
use std::process::{Command, Stdio};

/// Runs this program again under callgrind, with these arguments; `None` where there is none. The kernel's
/// instructions are not seen.
pub fn count(arguments: &[&str]) -> Option<u64> {
    let program = env::current_exe().ok()?;
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(program)
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .ok()?;
    let messages = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "under callgrind: {messages}");
    let (_, collected) = messages.split_once("Collected : ")?;
    collected.split_whitespace().next()?.parse().ok()
}

/// Whether callgrind is installed.
pub fn can_count() -> bool {
    Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null", "true"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}
