//! Ctrl-C, awaited.

use std::io;
use std::os::unix::net::UnixStream;

use glib_coro::readable;
use signal_hook::consts::SIGINT;
use signal_hook::low_level::pipe;

/// From here on Ctrl-C no longer ends the process; it is reported here instead.
#[derive(Debug)]
pub struct CtrlC(UnixStream);

impl CtrlC {
    /// Starts to listen for Ctrl-C, for the rest of the process.
    pub fn listen() -> io::Result<Self> {
        let (ours, handlers) = UnixStream::pair()?;
        // The signal handler does nothing but write a byte, and so knows of no loop.
        pipe::register(SIGINT, handlers)?;
        Ok(Self(ours))
    }

    /// Waits until Ctrl-C has been pressed.
    pub async fn pressed(&self) -> io::Result<()> {
        readable(&self.0).await
    }
}
