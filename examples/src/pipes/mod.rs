//! A parent waits on the pipes of several children at once, each with a time-out.

mod child;
mod delays;

use std::io::{self, Read};
use std::time::{Duration, Instant};

use glib_coro::task::JoinSet;
use glib_coro::{readable, time};

use self::child::Child;
pub use self::child::{ChildOption, answer};
pub use self::delays::Delays;
use crate::log::Log;

/// The parent: starts the children, listens to all of them at once, kills those who do not answer
/// within `patience`, and says how many did.
pub async fn listen(
    children: usize,
    delays: Delays,
    patience: Duration,
    log: Log,
) -> io::Result<usize> {
    let children: Vec<Child> = (0..children)
        .map(|_| Child::start(delays))
        .collect::<io::Result<_>>()?;
    log.line(format_args!("max wait = {:.3}s", patience.as_secs_f64()));
    let start = time::now();
    let mut listeners = JoinSet::new();
    for child in children {
        listeners.insert(listen_to(child, start, patience, log));
    }
    let mut answered = 0;
    while let Some(outcome) = listeners.join_next().await {
        if outcome.map_err(io::Error::other)?? {
            answered += 1;
        }
    }
    Ok(answered)
}

/// Listens to one child until it answers or time is up, and says whether it did.
#[glib_coro::coroutine]
async fn listen_to(
    mut child: Child,
    start: Instant,
    patience: Duration,
    log: Log,
) -> io::Result<bool> {
    let answer = time::timeout_at(start + patience, readable(&child.pipe)).await;
    let at = (time::now() - start).as_secs_f64();
    let pid = child.process.id();
    let answered = answer.is_ok();
    if let Ok(ready) = answer {
        ready?;
        let mut message = [0; 80];
        let length = child.pipe.read(&mut message)?;
        let message = message[..length].escape_ascii();
        log.line(format_args!("at {at:.3}s child {pid} msg: b\"{message}\""));
    } else {
        log.line(format_args!(
            "at {at:.3}s child {pid} taking too long, killing"
        ));
        child.process.kill()?;
    }
    child.process.wait().await?;
    Ok(answered)
}
