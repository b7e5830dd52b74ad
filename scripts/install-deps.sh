#!/bin/sh
# Installs what building and testing need from the system, and only what is missing:
# make, a C linker (cc), pkg-config, the GLib headers, strace and dbus-daemon, and what is named as arguments: `gtk`,
# the headers of GTK, or programs. A program named with a question mark is one that tests are skipped without: it is
# installed where the system has it.
# It works with apt, dnf, pacman and zypper, and uses sudo when not root.
set -eu

glib_version=2.66 # the floor of the glib crate
gtk_version=4.8   # that of the programs with windows

missing=
need() { # need WHAT COMMAND...: notes WHAT as missing when COMMAND fails
    what=$1
    shift
    "$@" >/dev/null 2>&1 || missing="$missing $what"
}
need make command -v make
need cc command -v cc
need pkg-config command -v pkg-config
need glib pkg-config --atleast-version=$glib_version gio-2.0
need strace command -v strace
need dbus command -v dbus-daemon
need dbus-send command -v dbus-send
optional=
for program in "$@"; do
    case $program in
        gtk) need gtk pkg-config --atleast-version=$gtk_version gtk4 ;;
        chromium\?)
            command -v chromium || command -v chromium-browser || command -v google-chrome ||
                optional="$optional chromium"
            ;;
        *\?) command -v "${program%?}" || optional="$optional ${program%?}" ;;
        *) need "$program" command -v "$program" ;;
    esac >/dev/null
done
[ -n "$missing$optional" ] || exit 0

give_up() {
    echo "install-deps: $1" >&2
    [ -z "$optional" ] || echo "install-deps: the tests are skipped that need:$optional" >&2
    [ -n "$missing" ] || exit 0
    echo "install-deps: please install by hand:$missing (glib, gtk: the development files of GLib $glib_version and GTK $gtk_version or later)" >&2
    exit 1
}

manager=
for candidate in apt-get dnf pacman zypper; do
    if command -v $candidate >/dev/null 2>&1; then
        manager=$candidate
        break
    fi
done
[ -n "$manager" ] || give_up "found none of apt-get, dnf, pacman and zypper"

packages=
for what in $missing; do
    case $manager:$what in
        apt-get:cc) name="gcc libc6-dev" ;; # without which gcc links nothing
        *:cc) name=gcc ;;
        apt-get:glib) name=libglib2.0-dev ;;
        dnf:glib | zypper:glib) name=glib2-devel ;;
        pacman:glib) name=glib2 ;;
        apt-get:gtk) name=libgtk-4-dev ;;
        dnf:gtk | zypper:gtk) name=gtk4-devel ;;
        pacman:gtk) name=gtk4 ;;
        apt-get:Xvfb) name=xvfb ;;
        dnf:Xvfb | zypper:Xvfb) name=xorg-x11-server-Xvfb ;;
        pacman:Xvfb) name=xorg-server-xvfb ;;
        dnf:convert | zypper:convert) name=ImageMagick ;;
        *:convert) name=imagemagick ;;
        dnf:pkg-config) name=pkgconf-pkg-config ;;
        pacman:pkg-config) name=pkgconf ;;
        dnf:dbus) name=dbus-daemon ;;
        zypper:dbus) name=dbus-1 ;;
        apt-get:dbus-send | pacman:dbus-send) name=dbus ;;
        dnf:dbus-send) name=dbus-tools ;;
        zypper:dbus-send) name=dbus-1-tools ;;
        *) name=$what ;;
    esac
    packages="$packages $name"
done

if [ "$(id -u)" -eq 0 ]; then
    as_root=
elif command -v sudo >/dev/null 2>&1; then
    as_root=sudo
else
    give_up "need root to install packages, and there is no sudo"
fi

# No prompt may wait for an answer: continuous integration has no standard input.
install() {
    echo "install-deps: installing $* with $manager"
    case $manager in
        apt-get)
            $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@"
            ;;
        dnf) $as_root dnf install -y "$@" ;;
        pacman) $as_root pacman -S --needed --noconfirm "$@" ;;
        zypper) $as_root zypper --non-interactive install "$@" ;;
    esac </dev/null
}

if [ "$manager" = apt-get ]; then
    $as_root apt-get update </dev/null || give_up "apt-get could not update its lists"
fi
if [ -n "$packages" ]; then
    # shellcheck disable=SC2086 # the list is meant to be split into words
    install $packages || give_up "$manager could not install$packages"
fi
for package in $optional; do # whose names are the same everywhere
    install "$package" || echo "install-deps: no $package here: the tests that need it are skipped" >&2
done
