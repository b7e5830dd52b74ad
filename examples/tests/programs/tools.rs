//! Programs of the system that tests run.

use std::process::{Command, Stdio};

/// The first of these programs that is installed; without any the test is skipped, with a message. In
/// continuous integration (`CI=true`) that is a failure.
pub(crate) fn installed(names: &[&'static str]) -> Option<&'static str> {
    let works = |name: &str| {
        let mut command = Command::new(name);
        command.arg("--version").stdin(Stdio::null());
        // Its status means nothing: wrk's is 1.
        command
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_ok()
    };
    let found = names.iter().copied().find(|name| works(name));
    if found.is_none() {
        let missing = format!("{} is not installed; try scripts/install-deps.sh", names[0]);
        let ci = std::env::var("CI").is_ok_and(|ci| ci == "true");
        assert!(!ci, "CI=true, and {missing}");
        eprintln!("SKIPPED: {missing}");
    }
    found
}
