//! A kernel that lacks something.

#![allow(
    unsafe_code,
    reason = "seccomp has no safe binding without another crate"
)]

use std::io;
use std::ptr;

use rustix::process::{Pid, PidfdFlags, getpid, pidfd_open};

/// From here on, `pidfd_open` fails on this thread, on those that it starts, and in their children.
///
/// # Panics
///
/// If the kernel has no seccomp.
pub fn without_pidfds() {
    const fn statement(code: u32, value: u32) -> libc::sock_filter {
        jump(code, value, 0)
    }
    const fn jump(code: u32, value: u32, otherwise: u8) -> libc::sock_filter {
        libc::sock_filter {
            code: code as u16,
            jt: 0,
            jf: otherwise,
            k: value,
        }
    }
    let mut filter = [
        // The number of the system call comes first in `seccomp_data`.
        statement(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, 0),
        jump(
            libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K,
            libc::SYS_pidfd_open as u32,
            1,
        ),
        statement(
            libc::BPF_RET | libc::BPF_K,
            libc::SECCOMP_RET_ERRNO | libc::ENOSYS as u32,
        ),
        statement(libc::BPF_RET | libc::BPF_K, libc::SECCOMP_RET_ALLOW),
    ];
    let program = libc::sock_fprog {
        len: filter.len() as u16,
        filter: filter.as_mut_ptr(),
    };
    // SAFETY: the arguments are those that `prctl(2)` asks for; the kernel copies the program.
    let set = unsafe {
        libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
            && libc::prctl(
                libc::PR_SET_SECCOMP,
                libc::SECCOMP_MODE_FILTER,
                ptr::from_ref(&program),
            ) == 0
    };
    assert!(set, "{}", io::Error::last_os_error());
    let me: Pid = getpid();
    pidfd_open(me, PidfdFlags::empty()).expect_err("the filter forbids it");
}
