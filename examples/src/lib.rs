//! The examples share nothing yet.
