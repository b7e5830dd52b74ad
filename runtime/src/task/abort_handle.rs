//! Ending a coroutine without waiting for it.

use std::fmt;
use std::sync::Weak;

use super::Id;
use crate::core::Core;

/// Aborts one coroutine, from any thread. See [`JoinHandle::abort`](super::JoinHandle::abort).
///
/// ```
/// # glib_coro::block_on(async {
/// let handle = glib_coro::spawn(std::future::pending::<()>());
/// let abort = handle.abort_handle();
/// std::thread::spawn(move || abort.abort());
/// assert!(handle.await.unwrap_err().is_cancelled());
/// # });
/// ```
#[derive(Clone)]
pub struct AbortHandle {
    core: Weak<Core>,
    id: Id,
    slot: u32,
}

impl AbortHandle {
    pub(super) fn new(core: Weak<Core>, id: Id, slot: u32) -> Self {
        Self { core, id, slot }
    }

    /// Aborts the coroutine: its future is dropped at its await point. No effect if it has ended.
    ///
    /// ```
    /// # glib_coro::block_on(async {
    /// let save = glib_coro::spawn(async { "saved" });
    /// let abort = save.abort_handle();
    /// glib_coro::yield_now().await;
    /// abort.abort(); // too late
    /// assert_eq!(save.await.unwrap(), "saved");
    /// # });
    /// ```
    pub fn abort(&self) {
        if let Some(core) = self.core.upgrade() {
            core.abort(self.slot, self.id);
        }
    }

    /// The coroutine's number.
    pub fn id(&self) -> Id {
        self.id
    }
}

impl fmt::Debug for AbortHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("AbortHandle").field(&self.id).finish()
    }
}
