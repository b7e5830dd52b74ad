//! The kernel's side: one descriptor that shows I/O, the next deadline and wakes from other threads.
//!
//! A backend offers `new`, `as_fd`, `add`, `rearm`, `remove`, `set_timer`, `notify` and `collect`, with
//! the meanings documented at `epoll::Backend`. Linux and Android have epoll; all other systems have the crate
//! polling, which `--cfg glib_coro_backend="polling"` chooses on Linux too.

#[cfg(all(
    any(target_os = "linux", target_os = "android"),
    not(glib_coro_backend = "polling")
))]
mod epoll;
#[cfg(any(
    glib_coro_backend = "polling",
    not(any(target_os = "linux", target_os = "android"))
))]
mod polling;
#[cfg(any(
    glib_coro_backend = "polling",
    not(any(target_os = "linux", target_os = "android"))
))]
mod timer;

#[cfg(all(
    any(target_os = "linux", target_os = "android"),
    not(glib_coro_backend = "polling")
))]
pub(crate) use epoll::Backend;
#[cfg(any(
    glib_coro_backend = "polling",
    not(any(target_os = "linux", target_os = "android"))
))]
pub(crate) use polling::Backend;

/// One readiness report: the token given to `add`, and the directions that became ready.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Event {
    pub(crate) token: u64,
    pub(crate) readable: bool,
    pub(crate) writable: bool,
    /// It is certain that it says that there is data, or room, and nothing more: no end, no error, nothing urgent.
    pub(crate) is_plain: bool,
}
