//! Adapters that let other crates run on our loop, each behind a feature of the crate's name.

#[cfg(feature = "hyper")]
pub mod hyper;
#[cfg(feature = "tokio")]
pub mod tokio;
#[cfg(feature = "zbus")]
pub mod zbus;
