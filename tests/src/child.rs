//! Tests in a process of their own.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::patience;

const CHILD: &str = "GLIB_CORO_TEST_CHILD";

/// Runs `test` in a child process, which is this test binary again with that one test selected.
///
/// `path` is the test's full name, as `--exact` wants it.
///
/// # Panics
///
/// If the child fails, is killed by a signal, or hangs.
pub fn alone(path: &str, test: impl FnOnce()) {
    if is_child(path) {
        return test();
    }
    start_alone(path, &[]);
}

/// Whether this is the process in which [`alone`] runs this test.
pub(crate) fn is_child(path: &str) -> bool {
    std::env::var(CHILD).is_ok_and(|name| name == path)
}

/// Runs the test of this name in a child process, with this added to its environment.
pub(crate) fn start_alone(path: &str, environment: &[(&str, &str)]) {
    let mut child = Command::new(std::env::current_exe().expect("the test binary"))
        .args([path, "--exact", "--nocapture", "--include-ignored"])
        .env(CHILD, path)
        .envs(environment.iter().copied())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("this test binary runs");
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let reader = |pipe: Option<Box<dyn Read + Send>>| {
        thread::spawn(move || {
            let mut bytes = Vec::new();
            if let Some(mut pipe) = pipe {
                let _ = pipe.read_to_end(&mut bytes);
            }
            String::from_utf8_lossy(&bytes).into_owned()
        })
    };
    let stdout = reader(stdout.map(|pipe| Box::new(pipe) as _));
    let stderr = reader(stderr.map(|pipe| Box::new(pipe) as _));
    let deadline = Instant::now() + patience() + Duration::from_secs(15);
    let status = loop {
        if let Some(status) = child.try_wait().expect("the child is ours") {
            break status;
        }
        if Instant::now() >= deadline {
            let _ = child.kill();
        }
        thread::sleep(Duration::from_millis(5));
    };
    let (stdout, stderr) = (stdout.join().unwrap(), stderr.join().unwrap());
    print!("{stdout}");
    eprint!("{stderr}");
    assert!(status.success(), "{path} in its own process: {status}");
    assert!(
        stdout.contains("1 passed"),
        "`{path}` is not the name of a test: {stdout}"
    );
}

/// How many descriptors this process has open.
///
/// # Panics
///
/// Where there is no `/proc/self/fd`.
pub fn descriptors() -> usize {
    // Less the one that lists the directory.
    fs::read_dir("/proc/self/fd").expect("procfs").count() - 1
}

/// The descriptors that a child of this process would inherit: those that are not closed on exec.
///
/// # Panics
///
/// Where there is no `/proc/self/fd`.
pub fn inheritable() -> BTreeMap<String, PathBuf> {
    const O_CLOEXEC: u32 = 0o2_000_000;
    let open: Vec<_> = fs::read_dir("/proc/self/fd")
        .expect("procfs")
        .map(|entry| entry.expect("procfs").path())
        .collect();
    let inherited = open.into_iter().filter_map(|path| {
        let number = path.file_name()?.to_str()?.to_owned();
        // The one that listed the directory is gone by now.
        let target = fs::read_link(&path).ok()?;
        let info = fs::read_to_string(format!("/proc/self/fdinfo/{number}")).ok()?;
        let flags = info.lines().find_map(|line| line.strip_prefix("flags:"))?;
        let flags = u32::from_str_radix(flags.trim(), 8).expect("octal");
        (flags & O_CLOEXEC == 0).then_some((number, target))
    });
    inherited.collect()
}

/// The children of this process, and the letter for the state of each: `Z` is a zombie.
///
/// # Panics
///
/// Where there is no `/proc`.
pub fn children() -> Vec<(u32, char)> {
    let me = std::process::id().to_string();
    let processes = fs::read_dir("/proc").expect("procfs");
    let children = processes.filter_map(|entry| {
        let path = entry.expect("procfs").path();
        let pid = path.file_name()?.to_str()?.parse().ok()?;
        // "1234 (name) S 1 ..": the name may have anything in it.
        let stat = fs::read_to_string(path.join("stat")).ok()?;
        let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
        let state = fields.next()?.chars().next()?;
        (fields.next()? == me).then_some((pid, state))
    });
    children.collect()
}
