//! Child processes.
//!
//! [`Command`] is std's with a [`spawn`](Command::spawn) whose [`Child`] can be awaited:
//!
//! ```
//! use glib_coro::process::Command;
//!
//! # fn main() -> std::io::Result<()> { glib_coro::block_on(async {
//! let output = Command::new("echo").arg("hello").output().await?;
//! assert!(output.status.success());
//! assert_eq!(output.stdout, b"hello\n");
//!
//! let status = Command::new("sh").args(["-c", "exit 200"]).status().await?;
//! assert_eq!(status.code(), Some(200));
//! # Ok(()) }) }
//! ```
//!
//! The pipes to a child are read and written with the traits of `futures-io`:
//!
//! ```
//! use std::process::Stdio;
//! use futures_util::{AsyncReadExt, AsyncWriteExt};
//! use glib_coro::process::Command;
//!
//! # fn main() -> std::io::Result<()> { glib_coro::block_on(async {
//! let mut cat = Command::new("cat").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
//! let mut stdin = cat.stdin.take().expect("piped");
//! stdin.write_all(b"purr").await?;
//! stdin.close().await?;
//! let mut echoed = String::new();
//! cat.stdout.take().expect("piped").read_to_string(&mut echoed).await?;
//! assert_eq!(echoed, "purr");
//! assert!(cat.wait().await?.success());
//! # Ok(()) }) }
//! ```
//!
//! # What is left behind
//!
//! A [`Child`] that is dropped goes on, unless [`kill_on_drop`](Command::kill_on_drop) says otherwise. The
//! runtime on which it was spawned collects its status when it ends, so that it does not stay as a zombie. Children
//! that outlive that runtime are looked after when the next one is spawned.
//!
//! # Neighbours
//!
//! Each child is waited for by itself, so `g_child_watch_add`, `gio::Subprocess` and `std::process` get the
//! statuses of theirs. The other way round, code that waits for *any* child (`waitpid(-1, ..)`), or a process that
//! ignores SIGCHLD, takes the statuses away; [`Child::wait`] says so then.
//!
//! # How the end of a child is heard of
//!
//! On Linux by a pidfd, a descriptor like any other. Where the kernel gives none (before 5.3, under some
//! sandboxes, or for want of descriptors) and on other systems, by a thread for each such child.

mod child;
mod command;
mod exit;
mod orphan;
mod pipes;

pub use self::child::Child;
pub use self::command::Command;
pub use self::pipes::{ChildStderr, ChildStdin, ChildStdout};
