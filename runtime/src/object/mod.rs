//! GObjects: signals and properties that can be awaited, and coroutines that end with an object.
//!
//! * [`CoroObjectExt`], a trait of every object: [`next_emission`](CoroObjectExt::next_emission) and
//!   [`emissions`](CoroObjectExt::emissions) of a signal, [`property_values`](CoroObjectExt::property_values) and
//!   [`wait_for`](CoroObjectExt::wait_for) for properties;
//! * [`once`]: waits for any `connect_…` handler, with its types, and with a return value where the signal wants one;
//! * [`spawn_for`]: a coroutine that belongs to an object.
//!
//! Nothing here keeps an object alive while it waits; only the arguments of an emission that nobody has taken yet are kept. An object ends
//! when it is *disposed of*: its last reference is dropped, or somebody disposes of it while there are references. Then futures resolve
//! to `None`, streams end, and coroutines of the object are dropped at their await point. In GTK 4, GTK drops its reference to a
//! window that is closed; the window ends unless somebody else has a reference.
//!
//! ```
//! # #[cfg(not(feature = "gio"))] fn main() {}
//! # #[cfg(feature = "gio")] fn main() {
//! use glib_coro::gio::{self, prelude::*};
//! use glib_coro::object::{Bound, CoroObjectExt, spawn_for};
//!
//! # glib_coro::block_on(async {
//! let save = gio::SimpleAction::new("save", None);
//! save.connect_activate(|save, _| {
//!     // One coroutine per activation, which ends with the action.
//!     drop(spawn_for(save, |save: Bound<gio::SimpleAction>| async move {
//!         save.get().set_enabled(false);
//!         // .. to write a file takes a while; nothing holds the action meanwhile ..
//!         glib_coro::yield_now().await;
//!         save.get().set_enabled(true);
//!     }));
//! });
//!
//! let saved = save.next_emission("notify::enabled");
//! save.activate(None);
//! assert!(saved.await.is_some());
//! assert_eq!(save.wait_for("enabled", |enabled| *enabled).await, Some(true));
//! # });
//! # }
//! ```

mod bound;
mod bound_imp;
mod connection;
mod emissions;
mod ext;
mod identity;
pub(crate) mod mailbox;
mod once;
mod parcel;
mod property_values;
mod spawn_for;
mod watch;

pub(crate) use self::bound::Anchor;
pub use self::bound::Bound;
pub use self::bound_imp::BoundImp;
#[cfg(feature = "gio")]
pub(crate) use self::connection::Connection;
pub use self::emissions::{Emissions, NextEmission};
pub use self::ext::CoroObjectExt;
pub(crate) use self::identity::Identity;
pub use self::once::{Once, once, once_send};
pub use self::property_values::{PropertyValues, WaitFor};
pub(crate) use self::spawn_for::Ties;
pub use self::spawn_for::spawn_for;
