#!/bin/sh
# Formatting, clippy and documentation, with every warning an error.
# A toolchain without rustfmt or clippy skips that part with a message, except in continuous
# integration (CI=true), where a check that cannot run is a check that failed.
set -eu

missing() {
    echo "lint: $1 is not installed; add it with: rustup component add $1" >&2
    [ "${CI:-}" != true ] || exit 1
}

if cargo fmt --version >/dev/null 2>&1; then
    cargo fmt --all --check
else
    missing rustfmt
fi

if cargo clippy --version >/dev/null 2>&1; then
    cargo clippy --workspace --all-targets -- -D warnings
    # As programs have it: the tests bring its features `gio` and `test-util` to the whole workspace.
    cargo clippy --package glib-coro --all-targets -- -D warnings
    cargo clippy --package glib-coro-examples --package glib-coro-tests --all-targets \
        --features glib-coro-examples/gtk,glib-coro-tests/gtk,glib-coro-examples/zbus,glib-coro-tests/zbus -- -D warnings
    # Its own target directory, like everything that is built without GLib.
    PKG_CONFIG=/bin/false cargo clippy --workspace --all-targets --no-default-features \
        --target-dir target/no-glib -- -D warnings
else
    missing clippy
fi

RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps
# As docs.rs does it.
RUSTDOCFLAGS="-D warnings" cargo doc --package glib-coro --no-deps --all-features
