//! A child: as its parent sees it, and what it does.

use std::env;
use std::fs::File;
use std::io::{self, PipeReader, Write};
use std::os::fd::AsFd;
use std::process;

use glib_coro::process::Command;
use glib_coro::sleep;

use super::Delays;
use crate::log::Log;
use crate::while_trying;

/// The hidden option that makes a program a child: how long it may take to answer.
#[derive(Clone, Copy, Debug, clap::Args)]
pub struct ChildOption {
    #[arg(long, hide = true, value_name = "MIN..MAX")]
    child: Option<Delays>,
}

impl ChildOption {
    /// The delays to draw from, if this process is a child.
    pub fn delays(self) -> Option<Delays> {
        self.child
    }
}

/// A child process, and the pipe on which it answers.
#[derive(Debug)]
pub(super) struct Child {
    pub(super) process: glib_coro::process::Child,
    pub(super) pipe: PipeReader,
}

impl Child {
    /// Runs this very program again as a child.
    ///
    /// The write end becomes the child's standard input, the one descriptor of its own that a child
    /// can be handed without `unsafe`. All others are closed on exec, so it sees no other child's pipe.
    pub(super) fn start(delays: Delays) -> io::Result<Self> {
        let (pipe, answer) = io::pipe().map_err(while_trying("cannot make a pipe"))?;
        let process = Command::new(env::current_exe()?)
            .arg(format!("--child={delays}"))
            .stdin(answer)
            // No child outlives a parent that gave up half way.
            .kill_on_drop(true)
            .spawn()?;
        Ok(Self { process, pipe })
    }
}

/// The child: takes its time, then says hello into the pipe that the parent gave it.
pub async fn answer(delays: Delays, log: Log) -> io::Result<()> {
    let pid = process::id();
    let delay = delays.draw();
    log.line(format_args!(
        "child {pid} waiting for {:.3}s",
        delay.as_secs_f64()
    ));
    sleep(delay).await;
    let mut pipe = File::from(io::stdin().as_fd().try_clone_to_owned()?);
    let message = format!("child {pid} says hello");
    pipe.write_all(message.as_bytes())
        .map_err(while_trying("cannot say hello"))
}
