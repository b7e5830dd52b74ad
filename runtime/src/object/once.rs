//! Any handler, once, with types.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::FusedFuture;
use glib::SignalHandlerId;
use glib::prelude::*;

use super::connection::{Connection, is_connected};
use super::mailbox::{Receiver, mailbox};

/// Waits until a signal handler calls `resolve`, and gives the value that it passed; `None` if the handler was disconnected
/// before, for instance by the object's disposal.
///
/// The closure connects the handler, with any `connect_…` function. So the handler's arguments have types, and it can
/// return what the signal asks for.
///
/// ```
/// # #[cfg(not(feature = "gio"))] fn main() {}
/// # #[cfg(feature = "gio")] fn main() {
/// use glib_coro::gio::{self, prelude::*};
/// use glib_coro::object::once;
///
/// # glib_coro::block_on(async {
/// let open = gio::SimpleAction::new("open", Some(&String::static_variant_type()));
/// let opened = once(&open, |open, resolve| {
///     open.connect_activate(move |_, name| resolve(name.and_then(|name| name.get::<String>())))
/// });
/// open.activate(Some(&"notes.txt".to_variant()));
/// assert_eq!(opened.await, Some(Some("notes.txt".to_owned())));
/// # });
/// # }
/// ```
///
/// A handler that answers, on a window of GTK:
///
/// ```ignore
/// once(&window, |window, resolve| {
///     window.connect_close_request(move |_| {
///         resolve(());
///         glib::Propagation::Stop
///     })
/// })
/// .await;
/// ```
///
/// The handler is connected at once, not when the future is first polled, and disconnected when the future is done or
/// dropped. The object is not kept alive. Only the first call of `resolve` counts; the values of others are dropped.
///
/// # Panics
///
/// If the handler is not one of this object.
///
/// # Cancel safety
///
/// Dropping the future disconnects the handler; what it resolved with is lost.
#[track_caller]
pub fn once<O, T>(
    object: &O,
    connect: impl FnOnce(&O, Box<dyn Fn(T)>) -> SignalHandlerId,
) -> Once<T>
where
    O: IsA<glib::Object>,
    T: 'static,
{
    let (sender, receiver) = mailbox(1);
    let id = connect(object, Box::new(move |value| sender.send(value)));
    Once::new(object, id, receiver)
}

/// [`once`] for handlers that may be called on any thread, as those of GStreamer are.
///
/// ```ignore
/// let pad = once_send(&decoder, |decoder, resolve| {
///     decoder.connect_pad_added(move |_, pad| resolve(pad.clone()))
/// })
/// .await;
/// ```
///
/// ```
/// # #[cfg(not(feature = "gio"))] fn main() {}
/// # #[cfg(feature = "gio")] fn main() {
/// use glib_coro::gio::{self, prelude::*};
/// use glib_coro::object::once_send;
///
/// # glib_coro::block_on(async {
/// let job = gio::Cancellable::new();
/// let changed = once_send(&job, |job, resolve| {
///     job.connect("cancelled", false, move |_| {
///         resolve(std::thread::current().id());
///         None
///     })
/// });
/// let emitter = std::thread::spawn(move || job.cancel()).thread().id();
/// assert_eq!(changed.await, Some(emitter));
/// # });
/// # }
/// ```
///
/// # Panics
///
/// As [`once`].
///
/// # Cancel safety
///
/// As [`once`].
#[track_caller]
pub fn once_send<O, T>(
    object: &O,
    connect: impl FnOnce(&O, Box<dyn Fn(T) + Send + Sync>) -> SignalHandlerId,
) -> Once<T>
where
    O: IsA<glib::Object>,
    T: Send + 'static,
{
    let (sender, receiver) = mailbox(1);
    let id = connect(object, Box::new(move |value| sender.send(value)));
    Once::new(object, id, receiver)
}

/// The future of [`once`] and [`once_send`].
#[must_use = "futures do nothing unless you `.await` them"]
pub struct Once<T> {
    // Dropped before the connection, so that the end of the handler wakes nobody.
    receiver: Receiver<T>,
    /// `None` once the future is done.
    connection: Option<Connection>,
}

impl<T> Once<T> {
    #[track_caller]
    fn new(object: &impl IsA<glib::Object>, id: SignalHandlerId, receiver: Receiver<T>) -> Self {
        let object = object.upcast_ref();
        assert!(
            is_connected(object, &id),
            "`once` disconnects the handler in the end, but it is not connected to this `{}`; pass the object whose \
             signal it is",
            object.type_()
        );
        Self {
            receiver,
            connection: Some(Connection::new(object, id)),
        }
    }
}

impl<T> Future for Once<T> {
    type Output = Option<T>;

    /// # Panics
    ///
    /// If polled again after it was ready.
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<T>> {
        assert!(
            self.connection.is_some(),
            "`once` polled after it was ready"
        );
        let value = ready!(self.receiver.poll_next(cx));
        self.connection = None;
        Poll::Ready(value)
    }
}

impl<T> FusedFuture for Once<T> {
    fn is_terminated(&self) -> bool {
        self.connection.is_none()
    }
}

impl<T> fmt::Debug for Once<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Once")
            .field("connection", &self.connection)
            .finish_non_exhaustive()
    }
}
