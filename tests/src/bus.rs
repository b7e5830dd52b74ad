//! A message bus for one test.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

/// A `dbus-daemon` of its own; it ends when this is dropped.
#[derive(Debug)]
pub struct Bus {
    daemon: Child,
    address: String,
}

impl Bus {
    /// Starts one.
    ///
    /// # Panics
    ///
    /// If there is no `dbus-daemon`.
    pub fn start() -> Self {
        let mut daemon = Command::new("dbus-daemon")
            .args(["--session", "--nofork", "--print-address=1"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            // It complains about limits that it may not raise.
            .stderr(Stdio::null())
            .spawn()
            .expect("dbus-daemon is installed; `make deps` does it");
        let mut address = String::new();
        let stdout = daemon.stdout.take().expect("piped");
        let read = BufReader::new(stdout).read_line(&mut address);
        read.expect("it tells its address");
        let address = address.trim_end().to_owned();
        assert!(!address.is_empty(), "dbus-daemon did not start");
        Self { daemon, address }
    }

    /// For `DBUS_SESSION_BUS_ADDRESS`.
    pub fn address(&self) -> &str {
        &self.address
    }
}

impl Drop for Bus {
    fn drop(&mut self) {
        let _ = self.daemon.kill();
        let _ = self.daemon.wait();
    }
}
