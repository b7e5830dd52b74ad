//! The end of a child process, awaited.

use std::io;
use std::process::{Child, ExitStatus};

/// Waits until `child` has ended, without blocking the loop.
#[cfg(target_os = "linux")]
pub(super) async fn reap(child: &mut Child) -> io::Result<ExitStatus> {
    use rustix::process::{Pid, PidfdFlags, pidfd_open};

    // A pidfd is readable once its process has ended. The id cannot have passed on to another
    // process: nobody but `child` reaps this one.
    let pidfd = pidfd_open(Pid::from_child(child), PidfdFlags::empty())?;
    glib_coro::readable(&pidfd).await?;
    child.wait()
}

/// Waits until `child` has ended, without blocking the loop.
#[cfg(not(target_os = "linux"))]
pub(super) async fn reap(child: &mut Child) -> io::Result<ExitStatus> {
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        glib_coro::sleep(std::time::Duration::from_millis(10)).await;
    }
}
