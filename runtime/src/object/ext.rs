//! What every GObject can do.

use glib::prelude::*;
use glib::value::FromValue;

use super::emissions::{Emissions, NextEmission};
use super::property_values::{PropertyValues, WaitFor};

/// Awaiting the signals and properties of any GObject.
///
/// The call connects the handler at once, not when the future is first polled. The handler is disconnected when the future or
/// stream is done or dropped. Nothing here keeps the object alive. An emission that has not been taken yet keeps its arguments
/// alive, but not its emitter.
///
/// Futures and streams belong to the coroutine that awaits them; they are not `Send`.
///
/// # Emissions on other threads
///
/// They reach the coroutine on its own thread, if all their values are of types that may change threads: numbers, strings,
/// enums, flags, variants, parameter specifications, `glib::Bytes`, `glib::DateTime`, `glib::Error`, and the emitter.
/// An emission with any other value is refused, with a message in GLib's log, because it is known only at compile time whether an
/// object or a boxed type is `Send`. For such signals use [`once_send`](super::once_send).
pub trait CoroObjectExt: IsA<glib::Object> {
    /// Waits for a signal, and gives its values as GLib passes them to a handler. The first value is the object, or empty if the
    /// object has been disposed of since the emission. The result is `None` if the object was disposed of without an emission.
    ///
    /// `signal` may have a detail, as in `notify::text`. The handler runs before the class's own. If the signal
    /// has a return value, the handler returns the zero of its type: `false`, 0, or nothing. With [`once`](super::once) the
    /// handler can return a value, and its arguments have types.
    ///
    /// ```
    /// # #[cfg(not(feature = "gio"))] fn main() {}
    /// # #[cfg(feature = "gio")] fn main() {
    /// use glib_coro::gio::{self, prelude::*};
    /// use glib_coro::object::CoroObjectExt;
    ///
    /// # glib_coro::block_on(async {
    /// let quit = gio::SimpleAction::new("quit", None);
    /// let activated = quit.next_emission("activate");
    /// quit.activate(None);
    /// let values = activated.await.expect("the action is alive");
    /// assert_eq!(values[0].get::<gio::SimpleAction>().unwrap(), quit);
    /// # });
    /// # }
    /// ```
    ///
    /// # Panics
    ///
    /// If the object has no such signal.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future disconnects the handler. An emission that it has not given yet is lost; to miss none between two
    /// awaits, keep the stream of [`emissions`](Self::emissions).
    #[track_caller]
    fn next_emission(&self, signal: &str) -> NextEmission {
        NextEmission(Emissions::new(self.upcast_ref(), signal, 1))
    }

    /// Every emission of a signal from now on, as [`next_emission`](Self::next_emission) gives them. Ends when the object is
    /// disposed of.
    ///
    /// What is emitted while nobody polls is buffered, without a bound. Emissions that came before the disposal are still
    /// given after it.
    ///
    /// ```
    /// # #[cfg(not(feature = "gio"))] fn main() {}
    /// # #[cfg(feature = "gio")] fn main() {
    /// use futures_util::StreamExt;
    /// use glib_coro::gio::{self, prelude::*};
    /// use glib_coro::object::CoroObjectExt;
    ///
    /// # glib_coro::block_on(async {
    /// let next = gio::SimpleAction::new("next", None);
    /// let mut activations = next.emissions("activate");
    /// next.activate(None);
    /// next.activate(None);
    /// assert!(activations.next().await.is_some());
    /// assert!(activations.next().await.is_some());
    /// drop(next);
    /// assert!(activations.next().await.is_none());
    /// # });
    /// # }
    /// ```
    ///
    /// # Panics
    ///
    /// If the object has no such signal.
    #[track_caller]
    fn emissions(&self, signal: &str) -> Emissions {
        Emissions::new(self.upcast_ref(), signal, usize::MAX)
    }

    /// The value of a property, then its value after every change. Ends when the object is disposed of.
    ///
    /// A change is whatever the object notifies of; some classes also notify when the same value is set again. Values that
    /// changed while nobody polled are buffered, without a bound. If the notification came on another thread, the value is
    /// read when it is taken from the stream, so that changes in quick succession may give the same value twice.
    ///
    /// ```
    /// # #[cfg(not(feature = "gio"))] fn main() {}
    /// # #[cfg(feature = "gio")] fn main() {
    /// use futures_util::StreamExt;
    /// use glib_coro::gio::{self, prelude::*};
    /// use glib_coro::object::CoroObjectExt;
    ///
    /// # glib_coro::block_on(async {
    /// let save = gio::SimpleAction::new("save", None);
    /// let mut enabled = save.property_values::<bool>("enabled");
    /// assert_eq!(enabled.next().await, Some(true));
    /// save.set_enabled(false);
    /// assert_eq!(enabled.next().await, Some(false));
    /// # });
    /// # }
    /// ```
    ///
    /// # Panics
    ///
    /// If the object has no such property, it cannot be read, or its value is no `T`. The stream panics if a later value
    /// is none: a property that may be empty wants `Option<T>`.
    #[track_caller]
    fn property_values<T: for<'v> FromValue<'v> + 'static>(&self, name: &str) -> PropertyValues<T> {
        PropertyValues::new(self.upcast_ref(), name)
    }

    /// Waits until the value of a property satisfies a condition, and gives that value; at once if the present value does.
    /// The result is `None` if the object is disposed of first.
    ///
    /// ```
    /// # #[cfg(not(feature = "gio"))] fn main() {}
    /// # #[cfg(feature = "gio")] fn main() {
    /// use glib_coro::gio::{self, prelude::*};
    /// use glib_coro::object::CoroObjectExt;
    ///
    /// # glib_coro::block_on(async {
    /// let volume = gio::SimpleAction::new_stateful("volume", None, &1.to_variant());
    /// let loud = volume.wait_for("state", |state: &glib_coro::glib::Variant| state.get() > Some(10));
    /// volume.set_state(&5.to_variant());
    /// volume.set_state(&11.to_variant());
    /// assert_eq!(loud.await, Some(11.to_variant()));
    /// # });
    /// # }
    /// ```
    ///
    /// # Panics
    ///
    /// As [`property_values`](Self::property_values).
    ///
    /// # Cancel safety
    ///
    /// Dropping the future disconnects the handler.
    #[track_caller]
    fn wait_for<'a, T: for<'v> FromValue<'v> + 'static>(
        &self,
        name: &str,
        condition: impl FnMut(&T) -> bool + 'a,
    ) -> WaitFor<'a, T> {
        WaitFor::new(self.property_values(name), Box::new(condition))
    }
}

impl<O: IsA<glib::Object>> CoroObjectExt for O {}
