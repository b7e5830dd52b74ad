//! The tests that async-io publishes, run against glib-coro: see `tests/published.rs`.
