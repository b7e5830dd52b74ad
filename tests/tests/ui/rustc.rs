//! Which compiler is at work.

use std::env;
use std::process::Command;

/// Whether the compiler's version starts with `version`. Says so if not.
pub(crate) fn is_worded_by(version: &str) -> bool {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc)
        .arg("--version")
        .output()
        .expect("there is a compiler where a test was built");
    let text = String::from_utf8_lossy(&output.stdout);
    let worded = text
        .split_whitespace()
        .nth(1)
        .is_some_and(|number| number.starts_with(version));
    if !worded {
        eprintln!(
            "SKIPPED: the messages are compared under rustc {version}x only, and this is {}",
            text.trim()
        );
    }
    worded
}
