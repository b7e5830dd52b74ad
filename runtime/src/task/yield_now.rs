//! Letting others run.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

/// Lets every other coroutine of the same priority that is ready run first.
///
/// ```
/// # use std::{cell::RefCell, rc::Rc};
/// # glib_coro::block_on(async {
/// let order = Rc::new(RefCell::new(Vec::new()));
/// let other = glib_coro::spawn({
///     let order = order.clone();
///     async move { order.borrow_mut().push("other") }
/// });
/// glib_coro::yield_now().await;
/// order.borrow_mut().push("this");
/// assert_eq!(*order.borrow(), ["other", "this"]);
/// # });
/// ```
///
/// # Cancel safety
///
/// Dropping the future has no effect.
pub fn yield_now() -> YieldNow {
    YieldNow { yielded: false }
}

/// The future of [`yield_now`].
#[derive(Debug)]
#[must_use = "futures do nothing unless you `.await` them"]
pub struct YieldNow {
    yielded: bool,
}

impl Future for YieldNow {
    type Output = ();

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if std::mem::replace(&mut self.yielded, true) {
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}
