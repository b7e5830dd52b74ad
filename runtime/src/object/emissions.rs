//! Signals, as futures and streams.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::thread;

use futures_core::{FusedFuture, FusedStream, Stream};
use glib::Value;
use glib::prelude::*;

use super::connection::{Connection, Signal};
use super::mailbox::{Receiver, mailbox};
use super::parcel::{Home, Parcel};

/// The emissions of a signal; see [`CoroObjectExt::emissions`](super::CoroObjectExt::emissions).
///
/// ```
/// # #[cfg(not(feature = "gio"))] fn main() {}
/// # #[cfg(feature = "gio")] fn main() {
/// use futures_util::StreamExt;
/// use glib_coro::gio::{self, prelude::*};
/// use glib_coro::object::CoroObjectExt;
///
/// # glib_coro::block_on(async {
/// let scroll = gio::SimpleAction::new("scroll", Some(&i32::static_variant_type()));
/// let steps = scroll.emissions("activate").filter_map(async |values| {
///     values[1].get::<glib_coro::glib::Variant>().ok()?.get::<i32>()
/// });
/// scroll.activate(Some(&3.to_variant()));
/// scroll.activate(Some(&4.to_variant()));
/// assert_eq!(steps.take(2).collect::<Vec<_>>().await, [3, 4]);
/// # });
/// # }
/// ```
#[must_use = "streams do nothing unless polled"]
pub struct Emissions {
    // Dropped before the connection, so that the end of the handler wakes nobody.
    receiver: Receiver<Parcel>,
    /// `None` once the stream has ended.
    connection: Option<Connection>,
}

impl Emissions {
    /// The first `limit` emissions from now on.
    #[track_caller]
    pub(super) fn new(object: &glib::Object, signal: &str, limit: usize) -> Self {
        let found = Signal::find(object, signal);
        let (sender, receiver) = mailbox(limit);
        let home = Home::here();
        let name = signal.to_owned();
        let connection = found.connect(object, move |values| {
            if !sender.is_wanted() {
                return;
            }
            match home.pack(without_emitter(values)) {
                Ok(parcel) => sender.send(parcel),
                Err(refused) => glib::g_critical!(
                    "glib-coro",
                    "signal `{name}` of `{}` was emitted on {:?} with a `{refused}`, which is not known to be `Send`, so \
                     the coroutine on another thread that waits for it does not get to see it; use \
                     `glib_coro::object::once_send`",
                    values[0].type_(),
                    thread::current()
                ),
            }
        });
        Self {
            receiver,
            connection: Some(connection),
        }
    }
}

impl Stream for Emissions {
    type Item = Vec<Value>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Vec<Value>>> {
        if self.connection.is_none() {
            return Poll::Ready(None);
        }
        let parcel = ready!(self.receiver.poll_next(cx));
        let emitter = self.connection.as_ref().and_then(Connection::object);
        if parcel.is_none() {
            self.connection = None;
        }
        Poll::Ready(parcel.map(|parcel| with_emitter(parcel.open(), emitter)))
    }
}

/// The values to buffer: in the place of the emitter, which they must not keep alive, an empty value of its type.
fn without_emitter(values: &[Value]) -> Vec<Value> {
    let mut values = values.to_vec();
    values[0] = Value::from_type(values[0].type_());
    values
}

fn with_emitter(mut values: Vec<Value>, emitter: Option<glib::Object>) -> Vec<Value> {
    if let Some(emitter) = emitter
        && let Ok(emitter) = emitter.to_value().transform_with_type(values[0].type_())
    {
        values[0] = emitter;
    }
    values
}

impl FusedStream for Emissions {
    fn is_terminated(&self) -> bool {
        self.connection.is_none()
    }
}

impl fmt::Debug for Emissions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Emissions")
            .field("connection", &self.connection)
            .finish_non_exhaustive()
    }
}

/// One emission of a signal; see [`CoroObjectExt::next_emission`](super::CoroObjectExt::next_emission).
///
/// ```
/// # #[cfg(not(feature = "gio"))] fn main() {}
/// # #[cfg(feature = "gio")] fn main() {
/// use glib_coro::gio::{self, prelude::*};
/// use glib_coro::{object::CoroObjectExt, select};
///
/// # glib_coro::block_on(async {
/// let (ok, cancel) = (gio::SimpleAction::new("ok", None), gio::SimpleAction::new("cancel", None));
/// let (mut yes, mut no) = (ok.next_emission("activate"), cancel.next_emission("activate"));
/// cancel.activate(None);
/// let answer = select! { _ = yes => "ok", _ = no => "cancel" };
/// assert_eq!(answer, "cancel");
/// # });
/// # }
/// ```
#[derive(Debug)]
#[must_use = "futures do nothing unless you `.await` them"]
pub struct NextEmission(pub(super) Emissions);

impl Future for NextEmission {
    type Output = Option<Vec<Value>>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let emission = ready!(Pin::new(&mut self.0).poll_next(cx));
        self.0.connection = None;
        Poll::Ready(emission)
    }
}

impl FusedFuture for NextEmission {
    fn is_terminated(&self) -> bool {
        self.0.is_terminated()
    }
}
