#!/bin/sh
# What a newcomer does, in Debian systems that nobody has touched: clone, then `make demo` and `make test`, as a user
# who may use sudo. debootstrap builds the systems in target/fresh; the Rust toolchain is this machine's.
# FRESH selects the systems, "bookworm trixie" by default; FRESH_TARGETS what is made in them, "demo test" by default;
# FRESH_KEEP=1 keeps the systems; FRESH_ENV="NAME=VALUE ..." is added to their environment, such as
# "CARGO_INCREMENTAL=0 CARGO_PROFILE_DEV_DEBUG=limited", with which `make test` takes half of the disk. Needs root, and tests
# what is committed.
set -eu

# Everything happens in a mount namespace and a process namespace of its own: however this ends, no mount and no process
# is left.
if [ "${FRESH_INSIDE:-}" != yes ]; then
    for tool in debootstrap unshare git; do
        command -v $tool >/dev/null 2>&1 || { echo "fresh: $tool is not installed" >&2; exit 1; }
    done
    [ "$(id -u)" -eq 0 ] || { echo "fresh: needs root, for debootstrap and chroot" >&2; exit 1; }
    FRESH_INSIDE=yes exec unshare --mount --pid --fork --kill-child "$0" "$@"
fi

cd "$(dirname "$0")/.."
toolchain=$(rustc --print sysroot)
mkdir -p target/fresh/packages

build() { # build SUITE ROOT: a minimal system with what the README takes for granted
    rm -rf --one-file-system "$2"
    debootstrap --variant=minbase --include=ca-certificates,git,make,sudo \
        --cache-dir="$PWD/target/fresh/packages" "$1" "$2" >"$2.log" 2>&1 || {
        tail "$2.log" >&2
        return 1
    }
    cp /etc/resolv.conf /etc/hosts "$2/etc/"
    # A machine behind a proxy that reads along has a certificate for it.
    cp /etc/ssl/certs/ca-certificates.crt "$2/etc/ssl/certs/ca-certificates.crt"
    chroot "$2" useradd --create-home --shell /bin/bash newcomer
    echo 'newcomer ALL=(ALL) NOPASSWD: ALL' >"$2/etc/sudoers.d/newcomer"
    git clone --quiet --bare . "$2/srv/glib-coro.git"
    chroot "$2" chown -R newcomer: /srv/glib-coro.git # git reads no repository of somebody else's
}

furnish() { # furnish ROOT: what a running system has and debootstrap does not make
    mount -t proc proc "$1/proc"
    mount --rbind --make-rslave /sys "$1/sys"
    mount --rbind --make-rslave /dev "$1/dev"
    mkdir -p "$1/opt/rust"
    mount --bind -o ro "$toolchain" "$1/opt/rust"
}

newcomer() { # newcomer ROOT COMMAND: what is typed, and what it says
    echo "newcomer@$(basename "$1"):~\$ $2"
    chroot "$1" su --login newcomer --command \
        "export PATH=/opt/rust/bin:\$PATH ${FRESH_ENV:-}; [ ! -d glib-coro ] || cd glib-coro; $2" </dev/null
}

for suite in ${FRESH:-bookworm trixie}; do
    root=$PWD/target/fresh/$suite
    build "$suite" "$root"
    furnish "$root"
    newcomer "$root" "git clone --quiet /srv/glib-coro.git"
    for target in ${FRESH_TARGETS:-demo test}; do
        newcomer "$root" "make $target"
    done
    newcomer "$root" "pkg-config --modversion glib-2.0; ! pkg-config --exists gtk4 || pkg-config --modversion gtk4"
    umount --recursive "$root/proc" "$root/sys" "$root/dev" "$root/opt/rust"
    [ -n "${FRESH_KEEP:-}" ] || rm -rf --one-file-system "$root"
done
