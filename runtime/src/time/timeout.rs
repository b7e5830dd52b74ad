//! Futures with a time limit.

use std::error::Error;
use std::fmt;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use pin_project_lite::pin_project;

use super::{Sleep, sleep, sleep_until};

/// Limits how long a future may take.
///
/// The future is polled before the timer is checked, so a future that is ready gives its output even if the time is up.
///
/// ```
/// use std::time::Duration;
/// use glib_coro::timeout;
///
/// # glib_coro::block_on(async {
/// let never = std::future::pending::<()>();
/// assert!(timeout(Duration::from_millis(1), never).await.is_err());
/// assert_eq!(timeout(Duration::ZERO, async { 1 }).await, Ok(1));
/// # });
/// ```
///
/// # Errors
///
/// [`Elapsed`] when the time is up. The future is dropped together with the returned one.
///
/// # Cancel safety
///
/// As the inner future.
pub fn timeout<F: Future>(duration: Duration, future: F) -> Timeout<F> {
    Timeout {
        future,
        sleep: sleep(duration),
    }
}

/// Limits until when a future may take. Otherwise like [`timeout`].
///
/// ```
/// use std::{future::pending, time::Duration};
/// use glib_coro::time::{now, timeout_at};
///
/// # glib_coro::block_on(async {
/// let deadline = now() + Duration::from_millis(1); // for both steps together
/// assert_eq!(timeout_at(deadline, async { "connected" }).await, Ok("connected"));
/// assert!(timeout_at(deadline, pending::<()>()).await.is_err());
/// # });
/// ```
pub fn timeout_at<F: Future>(deadline: Instant, future: F) -> Timeout<F> {
    Timeout {
        future,
        sleep: sleep_until(deadline),
    }
}

pin_project! {
    /// The future of [`timeout`] and [`timeout_at`].
    #[derive(Debug)]
    #[must_use = "futures do nothing unless you `.await` them"]
    pub struct Timeout<F> {
        #[pin]
        future: F,
        sleep: Sleep,
    }
}

impl<F: Future> Future for Timeout<F> {
    type Output = Result<F::Output, Elapsed>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        if let Poll::Ready(output) = this.future.poll(cx) {
            return Poll::Ready(Ok(output));
        }
        Pin::new(this.sleep).poll(cx).map(|()| Err(Elapsed(())))
    }
}

/// The time was up.
///
/// ```
/// use std::{future::pending, io, time::Duration};
/// use glib_coro::timeout;
///
/// # glib_coro::block_on(async {
/// async fn answer() -> io::Result<String> {
///     timeout(Duration::from_millis(1), pending()).await? // also an `io::Error`
/// }
/// assert_eq!(answer().await.unwrap_err().kind(), io::ErrorKind::TimedOut);
/// # });
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Elapsed(());

impl fmt::Display for Elapsed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the time was up")
    }
}

impl Error for Elapsed {}

impl From<Elapsed> for io::Error {
    fn from(elapsed: Elapsed) -> Self {
        Self::new(io::ErrorKind::TimedOut, elapsed)
    }
}
