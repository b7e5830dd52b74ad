//! GObjects: coroutines that end with an object.

mod bound;
mod bound_imp;
mod spawn_for;
mod watch;

pub(crate) use self::bound::Anchor;
pub use self::bound::Bound;
pub use self::bound_imp::BoundImp;
pub(crate) use self::spawn_for::Ties;
pub use self::spawn_for::spawn_for;
pub(crate) use self::watch::Watch;
