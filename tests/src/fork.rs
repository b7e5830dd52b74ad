//! A child process between its `fork` and its `exec`.

#![allow(
    unsafe_code,
    reason = "what runs between fork and exec is bound to rules that the compiler does not know"
)]

use std::io;
use std::os::unix::process::CommandExt;
use std::process::Command;

use rustix::process::{Signal, getpid, kill_process};

/// Starts a process that sends itself a signal before it becomes another program, and waits for its end.
///
/// # Panics
///
/// If the process ends in any other way than well.
pub fn raise_in_a_forked_child(signal: Signal) {
    let mut command = Command::new("true");
    // SAFETY: the function makes system calls, and none that allocate or lock.
    unsafe {
        command.pre_exec(move || kill_process(getpid(), signal).map_err(io::Error::from));
    }
    assert!(command.status().expect("it starts").success());
}
