#!/bin/sh
# The two packages as the crate registry would get them: makes the archives, looks at what is in them, builds and runs
# programs of somebody else's on them, with GLib and without, and from the library's archive its documentation, programs
# included. Everything is in target/package.
set -eu
cd "$(dirname "$0")/.."
packages="glib-coro-macros glib-coro"

# What is not committed would be in the archives, too; cargo refuses.
log=target/package.log
# shellcheck disable=SC2046 # the list is meant to be split into words
cargo package --locked $(printf -- '--package %s ' $packages) >"$log" 2>&1 || { cat "$log" >&2; exit 1; }
# cargo mentions what the manifest leaves out.
if grep '^warning' "$log" | grep -v 'is not included in the published package$' >&2; then
    echo "package: cargo warns" >&2
    exit 1
fi

version=$(cargo pkgid --package glib-coro | sed 's/.*[#@]//')
place=$PWD/target/package/downstream
rm -rf "$place"
mkdir -p "$place/src"
for package in $packages; do
    tar --extract --gzip --file "target/package/$package-$version.crate" --directory "$place"
    for file in LICENSE-APACHE LICENSE-MIT src/lib.rs; do
        [ -f "$place/$package-$version/$file" ] || { echo "package: $package lacks $file" >&2; exit 1; }
    done
    extra=$(cd "$place/$package-$version" && find . -type f ! -path './src/*' ! -name 'LICENSE-*' ! -name README.md \
        ! -name Cargo.lock ! -name 'Cargo.toml*' ! -name .cargo_vcs_info.json)
    [ -z "$extra" ] || { echo "package: $package has more than it needs: $extra" >&2; exit 1; }
done

# The registry's part is played by a patch: the library asks for its attributes by version.
cat >"$place/Cargo.toml" <<END
[package]
name = "downstream"
edition = "2024"

[features]
default = ["glib"]
glib = ["glib-coro/glib"]

[dependencies]
glib-coro = { version = "=$version", default-features = false, features = ["net", "process", "signal"] }

[patch.crates-io]
glib-coro = { path = "glib-coro-$version" }
glib-coro-macros = { path = "glib-coro-macros-$version" }

[workspace]
END
# The README's program without a window, as it stands there.
sed -n '/^```rust$/,/^```$/p' README.md | sed '/^```/d' >"$place/src/main.rs"
cp Cargo.lock "$place" # versions that are on the disk

run() {
    cargo run --quiet --manifest-path "$place/Cargo.toml" --target-dir target/package/target "$@"
}
run >"$log"
cat "$log"
[ "$(wc -l <"$log")" -eq 10 ]
PKG_CONFIG=/bin/false run --no-default-features >"$log"
[ "$(wc -l <"$log")" -eq 10 ]
rm "$log"

# The documentation, and the programs in it, from the archive alone.
archive() {
    subcommand=$1
    shift
    cargo "$subcommand" --quiet --manifest-path "$place/glib-coro-$version/Cargo.toml" --target-dir target/package/target \
        --config "patch.crates-io.glib-coro-macros.path = '$place/glib-coro-macros-$version'" --all-features "$@"
}
cp Cargo.lock "$place/glib-coro-$version"
# A package for itself, and no part of the program beside it.
printf '\n[workspace]\n' >>"$place/glib-coro-$version/Cargo.toml"
archive test --doc
RUSTDOCFLAGS="-D warnings" archive doc --no-deps
ls -l target/package/*-"$version".crate
