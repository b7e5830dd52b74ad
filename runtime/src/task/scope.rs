//! Coroutines that borrow and that end with a call.

use std::cell::RefCell;
use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::rc::Rc;
use std::task::{Poll, Waker};

use futures_core::Stream;
use futures_core::future::LocalBoxFuture;
use futures_util::stream::FuturesUnordered;

/// Runs a function whose children may borrow, and waits for all of them.
///
/// * The children end before the call does, so they may borrow whatever lives longer than the call.
/// * The first `Err`, of a child or of the function, drops all others at their await points, and is
///   returned.
/// * A panic continues in the caller; dropping the returned future drops the children.
///
/// The children are polled as part of the caller. They share its priority, and while one of them runs a
/// nested main loop, the others pause, as the caller does. Use [`spawn`](super::spawn()) for
/// independent coroutines.
///
/// ```
/// use std::cell::Cell;
/// use std::time::Duration;
/// use glib_coro::{sleep, task::scope};
///
/// # glib_coro::block_on(async {
/// let sum = Cell::new(0); // borrowed by the children
/// let result: Result<&str, ()> = scope(async |scope| {
///     for n in 1..=3 {
///         let sum = &sum;
///         scope.spawn(async move {
///             sleep(Duration::from_millis(n)).await;
///             sum.set(sum.get() + n);
///             Ok(())
///         });
///     }
///     Ok("done")
/// })
/// .await;
/// assert_eq!(result, Ok("done"));
/// assert_eq!(sum.get(), 6);
/// # });
/// ```
///
/// # Errors
///
/// The first error.
///
/// # Cancel safety
///
/// Dropping the future drops the children.
pub async fn scope<'env, T, E, F>(function: F) -> Result<T, E>
where
    F: AsyncFnOnce(Scope<'env, E>) -> Result<T, E>,
    E: 'env,
{
    let scope = Scope {
        nursery: Rc::new(RefCell::new(Nursery {
            newborn: Some(Vec::new()),
            caller: None,
        })),
    };
    let _closer = Closer(scope.clone());
    let nursery = scope.nursery.clone();
    let mut children = FuturesUnordered::new();
    let mut body = pin!(function(scope));
    let mut output = None;
    poll_fn(|cx| {
        let caller = cx.waker().clone();
        let displaced = nursery.borrow_mut().caller.replace(caller);
        drop(displaced);
        if output.is_none()
            && let Poll::Ready(result) = body.as_mut().poll(cx)
        {
            output = Some(result?);
        }
        for _ in 0..ROUNDS {
            children.extend(nursery.borrow_mut().take());
            match pin!(&mut children).poll_next(cx) {
                Poll::Ready(Some(result)) => result?,
                // A child may have spawned a sibling in the poll that ended with this.
                _ if nursery.borrow().has_newborn() => {}
                Poll::Ready(None) if output.is_some() => return Poll::Ready(Ok(())),
                _ => return Poll::Pending,
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await?;
    Ok(output.expect("the loop ends with an error or with an output"))
}

/// How many children may end or spawn siblings in one poll. There may always be one more that does, for instance in a server
/// that spawns a child for each connection; other coroutines run between two polls.
const ROUNDS: usize = 128;

type Child<'env, E> = LocalBoxFuture<'env, Result<(), E>>;

struct Nursery<'env, E> {
    /// Children that have not been polled. `None` once the scope has ended.
    newborn: Option<Vec<Child<'env, E>>>,
    /// Who polls them.
    caller: Option<Waker>,
}

impl<'env, E> Nursery<'env, E> {
    fn has_newborn(&self) -> bool {
        self.newborn.as_ref().is_some_and(|list| !list.is_empty())
    }

    fn take(&mut self) -> Vec<Child<'env, E>> {
        self.newborn
            .as_mut()
            .map(std::mem::take)
            .unwrap_or_default()
    }
}

/// Spawns children into a [`scope`]. Cheap to clone, so that children can spawn siblings.
pub struct Scope<'env, E> {
    nursery: Rc<RefCell<Nursery<'env, E>>>,
}

impl<'env, E: 'env> Scope<'env, E> {
    /// Adds a child. It starts when the caller is polled next, never inside this call; one that is added
    /// after the scope has ended is dropped.
    ///
    /// ```
    /// use glib_coro::task::scope;
    ///
    /// # glib_coro::block_on(async {
    /// let result: Result<(), &str> = scope(async |scope| {
    ///     scope.spawn(async { Err("no route to host") });
    ///     scope.spawn(std::future::pending()); // dropped at its await point
    ///     Ok(())
    /// })
    /// .await;
    /// assert_eq!(result, Err("no route to host"));
    /// # });
    /// ```
    pub fn spawn(&self, child: impl Future<Output = Result<(), E>> + 'env) {
        let child: Child<'env, E> = Box::pin(child);
        let mut nursery = self.nursery.borrow_mut();
        let caller = nursery.caller.take();
        let refused = match &mut nursery.newborn {
            Some(list) => {
                list.push(child);
                None
            }
            None => Some(child),
        };
        drop(nursery);
        // Outside the borrow: wakers and destructors may do anything.
        drop(refused);
        caller.into_iter().for_each(Waker::wake);
    }
}

impl<E> Clone for Scope<'_, E> {
    fn clone(&self) -> Self {
        Self {
            nursery: self.nursery.clone(),
        }
    }
}

impl<E> fmt::Debug for Scope<'_, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scope").finish_non_exhaustive()
    }
}

/// Ends a scope however it is left: children hold the scope, and what holds unpolled children would keep
/// itself alive.
struct Closer<'env, E>(Scope<'env, E>);

impl<E> Drop for Closer<'_, E> {
    fn drop(&mut self) {
        let (newborn, caller) = {
            let mut nursery = self.0.nursery.borrow_mut();
            (nursery.newborn.take(), nursery.caller.take())
        };
        drop(newborn);
        drop(caller);
    }
}
