# What needs system packages installs them first, when they are missing (scripts/install-deps.sh).

GTK = --package glib-coro-examples --package glib-coro-tests --features glib-coro-examples/gtk,glib-coro-tests/gtk

BENCH = cargo build --profile bench --package glib-coro-benches
INSTRUCTIONS = cargo run --profile bench --package glib-coro-benches --no-default-features --bin instructions --

.PHONY: help demo test deep soak fresh package powerset systems bench bench-quick bench-report pictures instructions lint deps windows

help:
	@echo "make demo   the tour: every example program at work, on GLib and on the built-in loop"
	@echo "make test   all tests: with GLib, without, and with windows; documentation tests; make lint"
	@echo "make deep   what takes long: loom, valgrind, and all tests on a busy machine, without epoll and unboxed"
	@echo "make soak   a window and everything at once on one loop, for SOAK=3600 seconds"
	@echo "make fresh  make demo and make test in clean Debian 12 and 13 systems; needs root"
	@echo "make package   the crates' archives, and a program that is built on them; make powerset, all sets of features"
	@echo "make systems   compiled for macOS and FreeBSD, and with the oldest rustc that serves"
	@echo "make bench  the benchmarks, five minutes and ten more for the builds; make bench-quick, a glance of less than 2"
	@echo "make pictures   the moving picture of the README"
	@echo "make lint   rustfmt, clippy and rustdoc, with warnings denied"
	@echo "make deps   install the system packages that are missing; make windows, those for GTK, too"

demo: deps
	cargo build --release --package glib-coro-examples --bin tour
	USE_GLIB=1 target/release/tour
	USE_GLIB=0 target/release/tour

# GTK needs newer features of GLib than the library, which is why it stays out of the first run. The run without
# default features is the proof that the core needs no GLib: pkg-config finds nothing there.
test: windows
	@scripts/install-deps.sh curl valgrind 'wrk?' 'chromium?'
	cargo test --workspace
	cargo test $(GTK) --test gtk
	cargo test --package glib-coro-tests --features gtk --doc
	PKG_CONFIG=/bin/false cargo test --workspace --no-default-features --target-dir target/no-glib
	cargo test --package glib-coro-tests --features tracing --test tracing
	cargo test --package glib-coro-tests --features zbus --test compat_zbus
	cargo test --package glib-coro-examples --features zbus -- dbus_signal_listener gvariant
	cargo test --package glib-coro --features zbus --doc compat
	$(INSTRUCTIONS) check
	$(MAKE) lint

deep:
	@scripts/install-deps.sh valgrind
	scripts/deep.sh

soak: windows
	cargo run --package glib-coro-examples --features gtk --example soak

fresh:
	@scripts/install-deps.sh debootstrap
	scripts/fresh.sh

package: deps
	scripts/package.sh

# DEPTH=2 has no more than two features together. Needs cargo-hack.
powerset: deps
	@cargo hack --version >/dev/null 2>&1 || { echo "install it first: cargo install cargo-hack --locked" >&2; exit 1; }
	RUSTFLAGS="-D warnings" cargo hack check --package glib-coro --feature-powerset --exclude-features default $(if $(DEPTH),--depth $(DEPTH)) \
		--target-dir target/powerset

# Checked only, with this system's GLib standing in for theirs. Needs rustup.
SYSTEMS = x86_64-unknown-freebsd x86_64-apple-darwin aarch64-apple-darwin
OLDEST = $(shell sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
systems: deps
	rustup target add $(SYSTEMS)
	for system in $(SYSTEMS); do \
		PKG_CONFIG_ALLOW_CROSS=1 RUSTFLAGS="-D warnings" cargo check --package glib-coro --all-features --target $$system \
			--target-dir target/systems || exit 1; \
	done
	rustup toolchain install $(OLDEST) --profile minimal
	cargo +$(OLDEST) check --package glib-coro --all-features --target-dir target/systems

bench: windows
	@scripts/install-deps.sh wrk valgrind
	$(BENCH) --bins --features gtk
	target/release/bench

bench-quick: windows
	@scripts/install-deps.sh wrk
	$(BENCH) --bins --features gtk
	target/release/bench --quick

# The report anew, from the figures that are kept.
bench-report:
	$(BENCH) --bin bench
	target/release/bench report

# The moving picture of the README.
pictures: windows
	cargo build --release --package glib-coro-examples --features gtk --bin animsort
	scripts/pictures.sh

# The figures that `make test` compares with, see benches/src/bin/instructions.rs.
instructions:
	@scripts/install-deps.sh valgrind
	$(INSTRUCTIONS) update

lint: windows
	scripts/lint.sh

deps:
	@scripts/install-deps.sh

windows:
	@scripts/install-deps.sh gtk Xvfb xdotool convert
