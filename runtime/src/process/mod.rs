//! Child processes.
//!
//! [`Command`] is std's, except that the [`Child`] that [`spawn`](Command::spawn) returns can be awaited:
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
//! A child process whose [`Child`] is dropped goes on, unless [`kill_on_drop`](Command::kill_on_drop) says otherwise. The
//! runtime on which it was spawned collects its status when it ends, so that it does not stay as a zombie. If it
//! outlives that runtime, its status is collected when another child is spawned after its end.
//!
//! # Neighbours
//!
//! This module waits for each child separately, so `g_child_watch_add`, `gio::Subprocess` and `std::process` get the
//! statuses of their own children. But code that waits for *any* child (`waitpid(-1, ..)`) takes statuses away from this
//! module, and so does ignoring SIGCHLD; [`Child::wait`] then returns an error that says so.
//!
//! # How the end of a child is noticed
//!
//! On Linux through a pidfd, a descriptor like any other. Where the kernel gives none (before 5.3, in some
//! sandboxes, or if there are no descriptors left), and on other systems, a thread waits for each such child.

mod child;
mod command;
mod exit;
mod orphan;
mod pipes;

pub use self::child::Child;
pub use self::command::Command;
pub use self::pipes::{ChildStderr, ChildStdin, ChildStdout};
