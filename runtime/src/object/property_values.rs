//! Properties, as streams and futures.

use std::any::type_name;
use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::{FusedFuture, FusedStream, Stream};
use glib::prelude::*;
use glib::value::FromValue;
use glib::{ParamFlags, Value};

use super::connection::{Connection, Signal};
use super::mailbox::{Receiver, mailbox};
use super::parcel::{Home, Parcel};

/// A property's value and its changes; see [`CoroObjectExt::property_values`](super::CoroObjectExt::property_values).
#[must_use = "streams do nothing unless polled"]
pub struct PropertyValues<T> {
    /// The value at the start, until it is taken.
    first: Option<T>,
    receiver: Receiver<Change>,
    /// `None` once the stream has ended.
    connection: Option<Connection>,
    /// The property's canonical name.
    name: String,
    _type: PhantomData<fn() -> T>,
}

/// A notification.
enum Change {
    /// On the coroutine's thread: the value as it was then.
    To(Parcel),
    /// On another thread: the value is read by whoever takes this.
    Elsewhere,
}

impl<T: for<'v> FromValue<'v> + 'static> PropertyValues<T> {
    #[track_caller]
    pub(super) fn new(object: &glib::Object, name: &str) -> Self {
        let type_ = object.type_();
        let Some(property) = object.find_property(name) else {
            panic!("`{type_}` has no property `{name}`");
        };
        assert!(
            property.flags().contains(ParamFlags::READABLE),
            "the property `{name}` of `{type_}` cannot be read"
        );
        let name = property.name().to_owned();
        let (sender, receiver) = mailbox(usize::MAX);
        let home = Home::here();
        // Connected before the first look, so that no change on another thread is missed.
        let signal = Signal::find(object, &format!("notify::{name}"));
        let connection = signal.connect(object, {
            let name = name.clone();
            move |values| {
                if !sender.is_wanted() {
                    return;
                }
                if !home.is_here() {
                    sender.send(Change::Elsewhere);
                } else if let Ok(object) = values[0].get::<glib::Object>()
                    && let Ok(parcel) = home.pack(vec![object.property_value(&name)])
                {
                    drop(object);
                    sender.send(Change::To(parcel));
                }
            }
        });
        let first = Some(convert(object, &name, &object.property_value(&name)));
        Self {
            first,
            receiver,
            connection: Some(connection),
            name,
            _type: PhantomData,
        }
    }
}

impl<T> PropertyValues<T> {
    /// Disconnects the handler and forgets what it has sent.
    fn end(&mut self) {
        self.first = None;
        self.connection = None;
    }
}

#[track_caller]
fn convert<T: for<'v> FromValue<'v>>(object: &glib::Object, name: &str, value: &Value) -> T {
    match value.get() {
        Ok(value) => value,
        Err(error) => panic!(
            "the property `{name}` of `{}` is no `{}`: {error}",
            object.type_(),
            type_name::<T>()
        ),
    }
}

impl<T: for<'v> FromValue<'v> + 'static> Stream for PropertyValues<T> {
    type Item = T;

    /// # Panics
    ///
    /// If the value is not what `T` can hold: nothing, where `T` is not an `Option`.
    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<T>> {
        let this = &mut *self;
        if let Some(first) = this.first.take() {
            return Poll::Ready(Some(first));
        }
        let Some(connection) = &this.connection else {
            return Poll::Ready(None);
        };
        let value = loop {
            let value = match ready!(this.receiver.poll_next(cx)) {
                Some(Change::To(parcel)) => parcel.open().pop(),
                Some(Change::Elsewhere) => {
                    let object = connection.object();
                    object.map(|object| object.property_value(&this.name))
                }
                None => {
                    this.connection = None;
                    return Poll::Ready(None);
                }
            };
            // Of an object that is gone, what was noted on this thread is still to come.
            if let Some(value) = value {
                break value;
            }
        };
        match value.get() {
            Ok(value) => Poll::Ready(Some(value)),
            Err(error) => panic!(
                "the property `{}` is no `{}` any more: {error}",
                this.name,
                type_name::<T>()
            ),
        }
    }
}

impl<T: for<'v> FromValue<'v> + 'static> FusedStream for PropertyValues<T> {
    fn is_terminated(&self) -> bool {
        self.first.is_none() && self.connection.is_none()
    }
}

// The value is never pinned.
impl<T> Unpin for PropertyValues<T> {}

impl<T> fmt::Debug for PropertyValues<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PropertyValues")
            .field("name", &self.name)
            .field("connection", &self.connection)
            .finish_non_exhaustive()
    }
}

/// A value of a property that satisfies a condition; see [`CoroObjectExt::wait_for`](super::CoroObjectExt::wait_for).
#[must_use = "futures do nothing unless you `.await` them"]
pub struct WaitFor<'a, T> {
    values: PropertyValues<T>,
    condition: Condition<'a, T>,
}

type Condition<'a, T> = Box<dyn FnMut(&T) -> bool + 'a>;

impl<'a, T> WaitFor<'a, T> {
    pub(super) fn new(values: PropertyValues<T>, condition: Condition<'a, T>) -> Self {
        Self { values, condition }
    }
}

impl<T: for<'v> FromValue<'v> + 'static> Future for WaitFor<'_, T> {
    type Output = Option<T>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<T>> {
        let this = &mut *self;
        while let Some(value) = ready!(Pin::new(&mut this.values).poll_next(cx)) {
            if (this.condition)(&value) {
                this.values.end();
                return Poll::Ready(Some(value));
            }
        }
        Poll::Ready(None)
    }
}

impl<T: for<'v> FromValue<'v> + 'static> FusedFuture for WaitFor<'_, T> {
    fn is_terminated(&self) -> bool {
        self.values.is_terminated()
    }
}

impl<T> fmt::Debug for WaitFor<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WaitFor")
            .field("values", &self.values)
            .finish_non_exhaustive()
    }
}
