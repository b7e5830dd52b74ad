//! Waiting for the loop to have nothing better to do.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use crate::core::lock::Lock;
use crate::core::run_queue::Idler;
use crate::runtime;

/// Waits until the loop has nothing more urgent to do, redraws included.
///
/// On GLib that is the next dispatch of priority `G_PRIORITY_DEFAULT_IDLE`, 200; GTK redraws at
/// 120. If other coroutines are always ready, the loop counts as idle when they have used up the budget of a turn
/// and no source of a priority in between is ready.
///
/// ```
/// # glib_coro::block_on(async {
/// for chunk in [1, 2, 3] {
///     // .. some work of a millisecond ..
///     # let _ = chunk;
///     glib_coro::idle().await;
/// }
/// # });
/// ```
///
/// # Cancel safety
///
/// Dropping the future has no effect.
///
/// # Panics
///
/// When first polled on a thread that cannot have a runtime.
pub fn idle() -> Idle {
    Idle { idler: None }
}

/// The future of [`idle`].
#[derive(Debug)]
#[must_use = "futures do nothing unless you `.await` them"]
pub struct Idle {
    idler: Option<Idler>,
}

impl Future for Idle {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let waker = cx.waker().clone();
        match &self.idler {
            None => {
                let idler = Idler::new(Lock::new(Some(waker)));
                runtime::current().schedule_idler(idler.clone());
                self.idler = Some(idler);
                Poll::Pending
            }
            Some(idler) => {
                let mut waiting = idler.lock();
                if waiting.is_none() {
                    return Poll::Ready(());
                }
                let displaced = waiting.replace(waker);
                drop(waiting);
                drop(displaced);
                Poll::Pending
            }
        }
    }
}

impl Drop for Idle {
    fn drop(&mut self) {
        let waker = self.idler.take().and_then(|idler| idler.lock().take());
        drop(waker);
    }
}
