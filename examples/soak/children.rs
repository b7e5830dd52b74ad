//! Children: some answer, some fail, some are killed, some are left alone.

use std::process::Stdio;
use std::time::Duration;

use futures_util::{AsyncReadExt, AsyncWriteExt};
use glib_coro::process::Command;
use glib_coro::sleep;
use glib_coro::task::CancellationToken;

use crate::ledger::CHILDREN;

const PAUSE: Duration = Duration::from_millis(100);

pub(crate) async fn run(stop: CancellationToken) {
    while !stop.is_cancelled() {
        let begun = CHILDREN.begin();
        match fastrand::u8(..4) {
            0 => answers().await,
            1 => fails().await,
            2 => is_killed().await,
            _ => is_left(),
        }
        drop(begun);
        sleep(PAUSE).await;
    }
}

async fn answers() {
    let mut command = Command::new("cat");
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().expect("cat starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    let mut stdout = child.stdout.take().expect("a pipe");
    stdin.write_all(b"hello").await.expect("cat reads");
    drop(stdin);
    let mut answer = String::new();
    let length = stdout.read_to_string(&mut answer).await;
    assert_eq!((length.expect("text"), &*answer), (5, "hello"));
    assert!(child.wait().await.expect("a status").success());
}

async fn fails() {
    let status = Command::new("sh").args(["-c", "exit 3"]).status().await;
    assert_eq!(status.expect("a status").code(), Some(3));
}

fn sleeper() -> Command {
    let mut command = Command::new("sleep");
    command.arg("1000").kill_on_drop(true);
    command
}

async fn is_killed() {
    let mut child = sleeper().spawn().expect("sleep starts");
    child.kill().expect("it is ours");
    assert_eq!(child.wait().await.expect("a status").code(), None);
}

/// Killed, and its status collected by nobody that we know of: the gauges look for zombies.
fn is_left() {
    drop(sleeper().spawn().expect("sleep starts"));
}
