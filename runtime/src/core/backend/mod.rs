//! The kernel's side: one descriptor that shows I/O, the next deadline and wakes from other threads.
//!
//! A backend offers `new`, `as_fd`, `add`, `rearm`, `remove`, `set_timer`, `notify` and `collect`, with
//! the meanings documented at [`epoll::Backend`].

mod epoll;

pub(crate) use epoll::Backend;

/// One readiness report: the token given to `add`, and the directions that became ready.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Event {
    pub(crate) token: u64,
    pub(crate) readable: bool,
    pub(crate) writable: bool,
}
