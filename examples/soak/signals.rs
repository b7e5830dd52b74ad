//! Signals, each to two listeners. The next is sent when both have heard the last, since the kernel merges those that wait.

use std::time::Duration;

use glib_coro::signal::{SignalKind, unix};
use glib_coro::task::CancellationToken;
use glib_coro::{join, sleep};
use rustix::process::{Signal, getpid, kill_process};

use crate::ledger::SIGNALS;

const PAUSE: Duration = Duration::from_millis(10);

pub(crate) async fn run(stop: CancellationToken) {
    let listener = || unix(SignalKind::user_defined1()).expect("it can be caught");
    let (mut one, mut other) = (listener(), listener());
    while !stop.is_cancelled() {
        let begun = SIGNALS.begin();
        kill_process(getpid(), Signal::USR1).expect("it is this process");
        let heard = join!(one.recv(), other.recv());
        assert_eq!(heard, (Some(()), Some(())));
        drop(begun);
        sleep(PAUSE).await;
    }
}
