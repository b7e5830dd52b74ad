//! Conway's Life: an edit mode and a run mode, each a coroutine, and a generator that runs beside the
//! second.

pub mod board;
#[cfg(feature = "gtk")]
pub mod field;
#[cfg(feature = "gtk")]
pub mod game;
#[cfg(feature = "gtk")]
pub mod key;
pub mod pattern;
#[cfg(feature = "gtk")]
pub mod table;
pub mod view;
