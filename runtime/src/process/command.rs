//! How to start a process.

use std::ffi::OsStr;
use std::future::Future;
use std::io;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{self, ExitStatus, Output, Stdio};
use std::sync::Arc;

use super::Child;
use super::orphan;
use crate::core::Core;
use crate::runtime;

/// A process to be started, with the methods of [`std::process::Command`].
///
/// ```
/// use glib_coro::process::Command;
///
/// # fn main() -> std::io::Result<()> { glib_coro::block_on(async {
/// let mut command = Command::new("printenv");
/// command.arg("GREETING").env("GREETING", "hello");
/// assert_eq!(command.output().await?.stdout, b"hello\n");
/// # Ok(()) }) }
/// ```
#[derive(Debug)]
pub struct Command {
    inner: process::Command,
    kill_on_drop: bool,
    /// The streams that the program chose. The others depend on what the command is used for.
    chosen: Chosen,
}

#[derive(Clone, Copy, Debug, Default)]
struct Chosen {
    stdin: bool,
    stdout: bool,
    stderr: bool,
}

impl Command {
    /// A command that runs `program`, which is looked for in `PATH` unless it has a slash in it.
    ///
    /// By default it has no arguments, and inherits this process's environment, directory and
    /// standard streams.
    pub fn new(program: impl AsRef<OsStr>) -> Self {
        Self::from(process::Command::new(program))
    }

    /// Adds an argument.
    pub fn arg(&mut self, arg: impl AsRef<OsStr>) -> &mut Self {
        self.inner.arg(arg);
        self
    }

    /// Adds arguments.
    pub fn args(&mut self, args: impl IntoIterator<Item = impl AsRef<OsStr>>) -> &mut Self {
        self.inner.args(args);
        self
    }

    /// Sets the name that the process is given as its argument 0.
    pub fn arg0(&mut self, arg: impl AsRef<OsStr>) -> &mut Self {
        self.inner.arg0(arg);
        self
    }

    /// Sets a variable of its environment.
    ///
    /// ```
    /// use glib_coro::process::Command;
    ///
    /// # fn main() -> std::io::Result<()> { glib_coro::block_on(async {
    /// let mut command = Command::new("sh");
    /// command.args(["-c", "echo $LC_ALL"]).env("LC_ALL", "C"); // messages in English
    /// assert_eq!(command.output().await?.stdout, b"C\n");
    /// # Ok(()) }) }
    /// ```
    pub fn env(&mut self, key: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> &mut Self {
        self.inner.env(key, value);
        self
    }

    /// Sets variables of its environment.
    pub fn envs(
        &mut self,
        variables: impl IntoIterator<Item = (impl AsRef<OsStr>, impl AsRef<OsStr>)>,
    ) -> &mut Self {
        self.inner.envs(variables);
        self
    }

    /// Removes a variable from its environment.
    pub fn env_remove(&mut self, key: impl AsRef<OsStr>) -> &mut Self {
        self.inner.env_remove(key);
        self
    }

    /// Starts from an empty environment.
    ///
    /// ```
    /// use glib_coro::process::Command;
    ///
    /// # fn main() -> std::io::Result<()> { glib_coro::block_on(async {
    /// let output = Command::new("env").env_clear().env("TERM", "dumb").output().await?;
    /// assert_eq!(output.stdout, b"TERM=dumb\n");
    /// # Ok(()) }) }
    /// ```
    pub fn env_clear(&mut self) -> &mut Self {
        self.inner.env_clear();
        self
    }

    /// Sets the directory it starts in.
    ///
    /// ```
    /// use glib_coro::process::Command;
    ///
    /// # fn main() -> std::io::Result<()> { glib_coro::block_on(async {
    /// let output = Command::new("pwd").current_dir("/").output().await?;
    /// assert_eq!(output.stdout, b"/\n");
    /// # Ok(()) }) }
    /// ```
    pub fn current_dir(&mut self, directory: impl AsRef<Path>) -> &mut Self {
        self.inner.current_dir(directory);
        self
    }

    /// Sets its standard input: inherited, unless the command is used for [`output`](Self::output), which
    /// gives it none.
    ///
    /// ```
    /// use std::process::Stdio;
    /// use futures_util::AsyncWriteExt;
    /// use glib_coro::process::Command;
    ///
    /// # fn main() -> std::io::Result<()> { glib_coro::block_on(async {
    /// let mut sort = Command::new("sort").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    /// sort.stdin.as_mut().expect("piped").write_all(b"pears\napples\n").await?;
    /// assert_eq!(sort.wait_with_output().await?.stdout, b"apples\npears\n");
    /// # Ok(()) }) }
    /// ```
    pub fn stdin(&mut self, stdin: impl Into<Stdio>) -> &mut Self {
        self.inner.stdin(stdin);
        self.chosen.stdin = true;
        self
    }

    /// Sets its standard output: inherited, unless the command is used for [`output`](Self::output).
    ///
    /// ```
    /// use std::process::Stdio;
    /// use glib_coro::process::Command;
    ///
    /// # fn main() -> std::io::Result<()> { glib_coro::block_on(async {
    /// let mut command = Command::new("sh");
    /// command.args(["-c", "echo noise; echo error >&2"]).stdout(Stdio::null());
    /// let output = command.output().await?;
    /// assert!(output.stdout.is_empty());
    /// assert_eq!(output.stderr, b"error\n");
    /// # Ok(()) }) }
    /// ```
    pub fn stdout(&mut self, stdout: impl Into<Stdio>) -> &mut Self {
        self.inner.stdout(stdout);
        self.chosen.stdout = true;
        self
    }

    /// Sets its standard error: inherited, unless the command is used for [`output`](Self::output).
    pub fn stderr(&mut self, stderr: impl Into<Stdio>) -> &mut Self {
        self.inner.stderr(stderr);
        self.chosen.stderr = true;
        self
    }

    /// Sets its user.
    pub fn uid(&mut self, id: u32) -> &mut Self {
        self.inner.uid(id);
        self
    }

    /// Sets its group.
    pub fn gid(&mut self, id: u32) -> &mut Self {
        self.inner.gid(id);
        self
    }

    /// Sets its process group; 0 makes a new one, so that a Ctrl-C at the terminal does not reach it.
    pub fn process_group(&mut self, group: i32) -> &mut Self {
        self.inner.process_group(group);
        self
    }

    /// Whether the child is killed when its [`Child`], or the future of [`status`](Self::status) or
    /// [`output`](Self::output), is dropped before it has ended. It is not unless this says so.
    ///
    /// ```
    /// use std::time::Duration;
    /// use glib_coro::{process::Command, timeout};
    ///
    /// # glib_coro::block_on(async {
    /// let status = Command::new("sleep").arg("1000").kill_on_drop(true).status();
    /// assert!(timeout(Duration::from_millis(10), status).await.is_err());
    /// # });
    /// ```
    pub fn kill_on_drop(&mut self, kill_on_drop: bool) -> &mut Self {
        self.kill_on_drop = kill_on_drop;
        self
    }

    /// The command of std.
    pub fn as_std(&self) -> &process::Command {
        &self.inner
    }

    /// The command of std, for methods that only this one has, such as `pre_exec`. Standard streams set
    /// through it do not count as chosen.
    pub fn as_std_mut(&mut self) -> &mut process::Command {
        &mut self.inner
    }

    /// Starts the process.
    ///
    /// ```
    /// use std::io::ErrorKind;
    /// use glib_coro::process::Command;
    ///
    /// # fn main() -> std::io::Result<()> { glib_coro::block_on(async {
    /// let mut child = Command::new("true").spawn()?;
    /// println!("process {} runs beside this coroutine", child.id());
    /// assert!(child.wait().await?.success());
    ///
    /// let error = Command::new("no-such-program").spawn().unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::NotFound);
    /// # Ok(()) }) }
    /// ```
    ///
    /// # Errors
    ///
    /// `NotFound` if there is no such program, or no such directory to start in; the kernel's, when it
    /// refuses a process or descriptors; and if this thread can have no runtime.
    pub fn spawn(&mut self) -> io::Result<Child> {
        self.spawn_on(runtime::try_current().map_err(io::Error::other)?)
    }

    /// Starts the process, for this runtime to look after if it is left alone.
    pub(crate) fn spawn_on(&mut self, core: Arc<Core>) -> io::Result<Child> {
        orphan::sweep();
        let child = self.inner.spawn().map_err(|error| self.explain(error))?;
        Child::new(child, self.kill_on_drop, core)
    }

    /// Starts the process, and waits for its end.
    ///
    /// It is started by this call, before the future is polled. Pipes to it are closed at once.
    ///
    /// ```
    /// use glib_coro::process::Command;
    ///
    /// # fn main() -> std::io::Result<()> { glib_coro::block_on(async {
    /// let status = Command::new("test").args(["-e", "/no/such/file"]).status().await?;
    /// assert_eq!(status.code(), Some(1));
    /// # Ok(()) }) }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`spawn`](Self::spawn) and [`Child::wait`].
    ///
    /// # Cancel safety
    ///
    /// Dropping the future leaves the process running, or kills it if
    /// [`kill_on_drop`](Self::kill_on_drop) says so.
    pub fn status(&mut self) -> impl Future<Output = io::Result<ExitStatus>> + Send + use<> {
        let child = self.spawn();
        async {
            let mut child = child?;
            drop((child.stdin.take(), child.stdout.take(), child.stderr.take()));
            child.wait().await
        }
    }

    /// Starts the process, and collects what it writes to its standard output and error until it has
    /// ended.
    ///
    /// It is started by this call, before the future is polled. It has no standard input, unless one was
    /// [chosen](Self::stdin); output or error that was chosen to go elsewhere does.
    ///
    /// ```
    /// use glib_coro::process::Command;
    ///
    /// # fn main() -> std::io::Result<()> { glib_coro::block_on(async {
    /// let output = Command::new("sh").args(["-c", "echo hello; echo hm >&2"]).output().await?;
    /// assert!(output.status.success());
    /// assert_eq!(output.stdout, b"hello\n");
    /// assert_eq!(output.stderr, b"hm\n");
    /// # Ok(()) }) }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`spawn`](Self::spawn) and [`Child::wait_with_output`].
    ///
    /// # Cancel safety
    ///
    /// As for [`status`](Self::status).
    pub fn output(&mut self) -> impl Future<Output = io::Result<Output>> + Send + use<> {
        self.set_unchosen(Stdio::null, Stdio::piped);
        let child = self.spawn();
        // What the command is used for next may want them as they were.
        self.set_unchosen(Stdio::inherit, Stdio::inherit);
        async { child?.wait_with_output().await }
    }

    fn set_unchosen(&mut self, input: fn() -> Stdio, output: fn() -> Stdio) {
        if !self.chosen.stdin {
            self.inner.stdin(input());
        }
        if !self.chosen.stdout {
            self.inner.stdout(output());
        }
        if !self.chosen.stderr {
            self.inner.stderr(output());
        }
    }

    /// Says what could not be started.
    fn explain(&self, error: io::Error) -> io::Error {
        let program = self.inner.get_program();
        let place = (self.inner.get_current_dir())
            .map(|directory| format!(" in {directory:?}"))
            .unwrap_or_default();
        let hint = if error.kind() == io::ErrorKind::NotFound {
            "; is it installed, and its directory in PATH?"
        } else {
            ""
        };
        io::Error::new(
            error.kind(),
            format!("cannot start {program:?}{place}: {error}{hint}"),
        )
    }
}

impl From<process::Command> for Command {
    /// The standard streams count as not [chosen](Command::stdin).
    fn from(inner: process::Command) -> Self {
        Self {
            inner,
            kill_on_drop: false,
            chosen: Chosen::default(),
        }
    }
}
