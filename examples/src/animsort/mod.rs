//! Animated sorting. The algorithms are coroutines that sleep in the middle of each swap.

pub mod algorithm;
#[cfg(feature = "gtk")]
pub mod animation;
#[cfg(feature = "gtk")]
pub mod bar;
#[cfg(feature = "gtk")]
pub mod chart;
pub mod order;
