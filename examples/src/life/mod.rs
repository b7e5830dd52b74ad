//! Conway's Life: an edit mode and a run mode, each a coroutine, and a generator that runs beside them.

pub mod board;
pub mod pattern;
