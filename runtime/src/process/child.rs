//! A process that was started.

use std::fmt;
use std::io;
use std::process::{self, ExitStatus, Output};
use std::sync::Arc;
use std::time::Duration;

use super::exit::Exit;
use super::orphan;
use super::pipes::{ChildStderr, ChildStdin, ChildStdout, read_to_end};
use crate::core::Core;
use crate::time::sleep;
use crate::try_join;

/// A process started by [`Command::spawn`](super::Command::spawn).
///
/// Dropping it leaves the process alone, unless
/// [`kill_on_drop`](super::Command::kill_on_drop) was set; the runtime collects its status when it ends.
///
/// ```
/// use glib_coro::process::Command;
///
/// # fn main() -> std::io::Result<()> { glib_coro::block_on(async {
/// let mut child = Command::new("sleep").arg("1000").spawn()?;
/// assert!(child.try_wait()?.is_none());
/// child.kill()?;
/// assert!(!child.wait().await?.success());
/// # Ok(()) }) }
/// ```
pub struct Child {
    /// Where to write what it reads, if its standard input is piped.
    pub stdin: Option<ChildStdin>,
    /// What it writes to its standard output, if that is piped.
    pub stdout: Option<ChildStdout>,
    /// What it writes to its standard error, if that is piped.
    pub stderr: Option<ChildStderr>,
    process: Process,
}

impl Child {
    pub(super) fn new(
        mut child: process::Child,
        kill_on_drop: bool,
        core: Arc<Core>,
    ) -> io::Result<Self> {
        let (stdin, stdout, stderr) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let mut process = Process {
            exit: Some(Exit::watch(&mut child)?),
            child: Some(child),
            // If one of the pipes cannot be registered, nobody gets to know of the child.
            kill_on_drop: true,
            core,
        };
        let stdin = stdin.map(ChildStdin::new).transpose()?;
        let stdout = stdout.map(ChildStdout::new).transpose()?;
        let stderr = stderr.map(ChildStderr::new).transpose()?;
        process.kill_on_drop = kill_on_drop;
        Ok(Self {
            stdin,
            stdout,
            stderr,
            process,
        })
    }

    /// The process's number. Once it has been waited for, the system may give it to another process.
    pub fn id(&self) -> u32 {
        self.process.child().id()
    }

    /// Waits until the process has ended. Its standard input is closed first, so that it does not wait
    /// for more.
    ///
    /// A process that writes more than its pipes hold does not end before that is read; see
    /// [`wait_with_output`](Self::wait_with_output).
    ///
    /// ```
    /// use std::process::Stdio;
    /// use glib_coro::process::Command;
    ///
    /// # fn main() -> std::io::Result<()> { glib_coro::block_on(async {
    /// let mut cat = Command::new("cat").stdin(Stdio::piped()).spawn()?;
    /// assert!(cat.wait().await?.success()); // `cat` sees the end of its input
    /// # Ok(()) }) }
    /// ```
    ///
    /// # Errors
    ///
    /// If somebody else has taken the status; and the kernel's.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future has no effect but for the standard input. Once it was ready, it is so again.
    pub async fn wait(&mut self) -> io::Result<ExitStatus> {
        drop(self.stdin.take());
        self.process.wait().await
    }

    /// The status, if the process has ended. Its standard input stays open.
    ///
    /// ```
    /// use std::process::Stdio;
    /// use glib_coro::process::Command;
    ///
    /// # fn main() -> std::io::Result<()> { glib_coro::block_on(async {
    /// let mut cat = Command::new("cat").stdin(Stdio::piped()).spawn()?;
    /// assert_eq!(cat.try_wait()?, None); // it waits for input
    /// drop(cat.stdin.take());
    /// cat.wait().await?;
    /// assert!(cat.try_wait()?.is_some_and(|status| status.success()));
    /// # Ok(()) }) }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`wait`](Self::wait).
    pub fn try_wait(&mut self) -> io::Result<Option<ExitStatus>> {
        self.process.try_wait()
    }

    /// Sends SIGKILL to the process, which cannot refuse it; does not wait for its end. It is no error if
    /// that has come already.
    ///
    /// ```
    /// use std::os::unix::process::ExitStatusExt;
    /// use glib_coro::process::Command;
    ///
    /// # fn main() -> std::io::Result<()> { glib_coro::block_on(async {
    /// let mut child = Command::new("sleep").arg("1000").spawn()?;
    /// child.kill()?;
    /// assert_eq!(child.wait().await?.signal(), Some(9));
    /// # Ok(()) }) }
    /// ```
    ///
    /// # Errors
    ///
    /// `PermissionDenied` if the process has become another user's.
    pub fn kill(&mut self) -> io::Result<()> {
        self.process.kill()
    }

    /// Waits until the process has ended, while collecting what it writes to its standard output and
    /// error where these are piped. Its standard input is closed first.
    ///
    /// Both streams are read at the same time, so that it is never held up. They end when everybody who
    /// has inherited them has closed them, children of the process included.
    ///
    /// ```
    /// use std::process::Stdio;
    /// use glib_coro::process::Command;
    ///
    /// # fn main() -> std::io::Result<()> { glib_coro::block_on(async {
    /// let mut zeros = Command::new("head");
    /// zeros.args(["-c", "200000", "/dev/zero"]).stdout(Stdio::piped());
    /// let output = zeros.spawn()?.wait_with_output().await?;
    /// assert_eq!(output.stdout.len(), 200_000); // more than a pipe holds
    /// # Ok(()) }) }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`wait`](Self::wait).
    ///
    /// # Cancel safety
    ///
    /// Dropping the future drops the `Child`, and what was read.
    pub async fn wait_with_output(mut self) -> io::Result<Output> {
        let stdout = read_to_end(self.stdout.take().map(ChildStdout::into_pipe));
        let stderr = read_to_end(self.stderr.take().map(ChildStderr::into_pipe));
        let (status, stdout, stderr) = try_join!(self.wait(), stdout, stderr)?;
        Ok(Output {
            status,
            stdout,
            stderr,
        })
    }
}

impl fmt::Debug for Child {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Child")
            .field("id", &self.id())
            .field("stdin", &self.stdin)
            .field("stdout", &self.stdout)
            .field("stderr", &self.stderr)
            .finish_non_exhaustive()
    }
}

/// The process itself, apart from its pipes. When dropped it is handed over to the runtime.
struct Process {
    /// `None` only while it is dropped, as `exit`.
    child: Option<process::Child>,
    exit: Option<Exit>,
    kill_on_drop: bool,
    /// The runtime on which it was spawned.
    core: Arc<Core>,
}

const PRESENT: &str = "taken by drop only";

impl Process {
    fn child(&self) -> &process::Child {
        self.child.as_ref().expect(PRESENT)
    }

    fn try_wait(&mut self) -> io::Result<Option<ExitStatus>> {
        // Waits for this one process, and remembers its status.
        let status = self.child.as_mut().expect(PRESENT).try_wait();
        status.map_err(explain)
    }

    async fn wait(&mut self) -> io::Result<ExitStatus> {
        let mut ended = false;
        loop {
            if let Some(status) = self.try_wait()? {
                return Ok(status);
            }
            if ended {
                // A debugger that traces the child sees the status first.
                sleep(Duration::from_millis(1)).await;
            }
            self.exit.as_mut().expect(PRESENT).wait().await?;
            ended = true;
        }
    }

    fn kill(&mut self) -> io::Result<()> {
        let child = self.child.as_mut().expect(PRESENT);
        self.exit.as_ref().expect(PRESENT).kill(child)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // One that cannot be killed is waited for all the same.
        let _ = self.kill_on_drop.then(|| self.kill());
        if let (Some(child), Some(exit)) = (self.child.take(), self.exit.take()) {
            orphan::adopt(&self.core, child, exit);
        }
    }
}

/// Says who may have taken a status that is not there.
fn explain(error: io::Error) -> io::Error {
    if error.raw_os_error() == Some(rustix::io::Errno::CHILD.raw_os_error()) {
        return io::Error::other(
            "the status of the child is gone: something in this process waits for any child, or SIGCHLD \
             is ignored; have it wait for its own children only",
        );
    }
    error
}
