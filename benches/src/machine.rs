//! Where all this is measured, and the processes that measure it.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// This program again, for a part that needs a process of its own.
pub fn part_command(args: &[&str]) -> Command {
    let mut command = Command::new(env::current_exe().expect("this program"));
    command.arg("part").args(args).stdin(Stdio::null());
    command
}

/// Runs such a part, and returns the number that it prints.
pub fn part(args: &[&str]) -> f64 {
    let output = part_command(args).stderr(Stdio::inherit()).output();
    let output = output.expect("this program");
    assert!(output.status.success(), "failed: {args:?}");
    let text = String::from_utf8_lossy(&output.stdout);
    text.trim().parse().expect("a number")
}

/// Whether a program can be run by its name.
pub fn is_installed(program: &str) -> bool {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).any(|folder| folder.join(program).is_file())
}

/// The folder of the workspace.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().expect("a workspace").to_owned()
}

/// The machine, the versions and the date.
pub fn about() -> Vec<(String, String)> {
    let mut about = vec![
        ("date", said(&["date", "-u", "+%Y-%m-%d"])),
        (
            "commit",
            said(&["git", "describe", "--always", "--dirty", "--exclude=*"]),
        ),
        ("processor", format!("{} × {}", processors(), processor())),
        (
            "system",
            format!("{}, Linux {}", system(), said(&["uname", "-r"])),
        ),
        ("load before", load()),
        ("rustc", said(&["rustc", "--version"])),
        ("GLib", said(&["pkg-config", "--modversion", "glib-2.0"])),
        ("GTK", said(&["pkg-config", "--modversion", "gtk4"])),
    ];
    let lock = fs::read_to_string(root().join("Cargo.lock")).unwrap_or_default();
    for name in [
        "glib",
        "gtk4",
        "tokio",
        "async-executor",
        "async-io",
        "hyper",
    ] {
        let entry = format!("name = \"{name}\"\nversion = \"");
        let version = lock
            .split_once(&entry)
            .and_then(|(_, rest)| rest.split_once('"'));
        about.push((
            name,
            version.map_or_else(String::new, |(version, _)| version.to_owned()),
        ));
    }
    about
        .into_iter()
        .map(|(key, value)| (key.to_string(), value))
        .collect()
}

/// The average number of processes that ran or wanted to.
pub fn load() -> String {
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    load.split(' ').next().unwrap_or_default().to_owned()
}

fn said(command: &[&str]) -> String {
    let output = Command::new(command[0])
        .args(&command[1..])
        .current_dir(root())
        .output();
    output.map_or_else(
        |_| "unknown".to_owned(),
        |output| String::from_utf8_lossy(&output.stdout).trim().to_owned(),
    )
}

fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

fn processor() -> String {
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let line = info
        .lines()
        .find_map(|line| line.strip_prefix("model name\t: "));
    line.unwrap_or("unknown").to_owned()
}

fn system() -> String {
    let release = fs::read_to_string("/etc/os-release").unwrap_or_default();
    let line = release
        .lines()
        .find_map(|line| line.strip_prefix("PRETTY_NAME="));
    line.unwrap_or("unknown").trim_matches('"').to_owned()
}

static STOPPED: AtomicBool = AtomicBool::new(false);

/// From now on processor time stands still. Under valgrind rustix cannot read that clock.
pub fn stop_processor_time() {
    STOPPED.store(true, Ordering::Relaxed);
}

/// Processor time of this process, all threads.
///
/// Of what never waits for anything outside it is the time that goes by on an idle machine; and on a busy one
/// it leaves out what other processes had.
pub fn processor_time() -> Duration {
    if STOPPED.load(Ordering::Relaxed) {
        return Duration::ZERO;
    }
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}
