//! GObjects: signals and properties to await, and coroutines that end with an object.

mod bound;
mod bound_imp;
mod connection;
mod emissions;
mod ext;
mod mailbox;
mod once;
mod parcel;
mod property_values;
mod spawn_for;
mod watch;

pub(crate) use self::bound::Anchor;
pub use self::bound::Bound;
pub use self::bound_imp::BoundImp;
pub use self::emissions::{Emissions, NextEmission};
pub use self::ext::CoroObjectExt;
pub use self::once::{Once, once, once_send};
pub use self::property_values::{PropertyValues, WaitFor};
pub(crate) use self::spawn_for::Ties;
pub use self::spawn_for::spawn_for;
pub(crate) use self::watch::Watch;
