//! A parent waits on the pipes of several children at once, each with a time-out.

use std::{
    env,
    fmt::{self, Display},
    fs::File,
    io::{self, PipeReader, Read, Write},
    ops::AddAssign,
    os::fd::AsFd,
    process::{self, Command},
    str::FromStr,
    time::{Duration, Instant},
};

use glib_coro::{readable, sleep, spawn, time};

use crate::{cli::seconds, log::Log, reap::reap, while_trying};

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

/// The delays that children draw theirs from, written `MIN..MAX`, in seconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Delays {
    min: Duration,
    max: Duration,
}

impl Delays {
    fn draw(self) -> Duration {
        self.min + (self.max - self.min).mul_f64(fastrand::f64())
    }
}

impl Display for Delays {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}..{}", self.min.as_secs_f64(), self.max.as_secs_f64())
    }
}

impl FromStr for Delays {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (min, max) = text.split_once("..").ok_or("expected MIN..MAX")?;
        let delays = Self {
            min: seconds(min)?,
            max: seconds(max)?,
        };
        if delays.min > delays.max {
            return Err("MIN is greater than MAX".into());
        }
        Ok(delays)
    }
}

/// What came of the children.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Children whose message was read.
    pub answered: usize,
    /// Children who took too long.
    pub killed: usize,
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.answered += other.answered;
        self.killed += other.killed;
    }
}

/// The parent: starts the children, listens to all of them at once, and kills those who do not
/// answer within `patience`.
pub async fn listen(
    children: usize,
    delays: Delays,
    patience: Duration,
    log: Log,
) -> io::Result<Tally> {
    let children: Vec<_> = (0..children)
        .map(|_| Child::start(delays))
        .collect::<Result<_, _>>()?;
    log.line(format_args!("max wait = {:.3}s", patience.as_secs_f64()));
    let start = time::now();
    let listeners: Vec<_> = children
        .into_iter()
        .map(|child| spawn(listen_to(child, start, patience, log)))
        .collect();
    let mut tally = Tally::default();
    for listener in listeners {
        tally += listener.await.map_err(io::Error::other)??;
    }
    Ok(tally)
}

async fn listen_to(
    mut child: Child,
    start: Instant,
    patience: Duration,
    log: Log,
) -> io::Result<Tally> {
    let answer = time::timeout_at(start + patience, readable(&child.pipe)).await;
    let pid = child.process.id();
    let at = (time::now() - start).as_secs_f64();
    let tally = match answer {
        Ok(ready) => {
            ready?;
            let mut message = [0; 80];
            let length = child.pipe.read(&mut message)?;
            let message = message[..length].escape_ascii();
            log.line(format_args!("at {at:.3}s child {pid} msg: b\"{message}\""));
            Tally {
                answered: 1,
                killed: 0,
            }
        }
        Err(_) => {
            log.line(format_args!(
                "at {at:.3}s child {pid} taking too long, killing"
            ));
            child.process.kill()?;
            Tally {
                answered: 0,
                killed: 1,
            }
        }
    };
    reap(&mut child.process).await?;
    Ok(tally)
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

/// A child process, and the pipe on which it answers.
#[derive(Debug)]
struct Child {
    process: process::Child,
    pipe: PipeReader,
}

impl Child {
    /// Runs this very program again as a child.
    ///
    /// The write end becomes the child's standard input, the one descriptor of its own that a child
    /// can be handed without `unsafe`. All others are closed on exec, so it sees no other child's pipe.
    fn start(delays: Delays) -> io::Result<Self> {
        let (pipe, answer) = io::pipe().map_err(while_trying("cannot make a pipe"))?;
        let process = Command::new(env::current_exe()?)
            .arg(format!("--child={delays}"))
            .stdin(answer)
            .spawn()
            .map_err(while_trying("cannot start a child"))?;
        Ok(Self { process, pipe })
    }
}

impl Drop for Child {
    /// No child outlives a parent that gave up half way. After `reap` this does nothing.
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
