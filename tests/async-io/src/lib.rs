//! The tests that async-io publishes, run against glib-coro: see `tests/published.rs`.

#[cfg(test)]
mod tests {
    /// What stands between their tests and our types.
    #[test]
    fn the_shim_has_60_lines_at_most() {
        let shim = include_str!("../tests/published.rs");
        assert!(shim.lines().count() <= 60);
        assert!(!shim.contains("unsafe"));
    }
}
