//! Other people's crates on our loop, each behind a feature of its own name.

#[cfg(feature = "hyper")]
pub mod hyper;
#[cfg(feature = "tokio")]
pub mod tokio;
#[cfg(feature = "zbus")]
pub mod zbus;
