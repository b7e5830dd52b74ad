#!/bin/sh
# The moving picture of the README, docs/images/animsort.gif: two windows on an X server without a screen, each with `animsort`,
# the left one beside 1,000 coroutines that always yield, the right one beside 1,000 such tasks of glib-rs. They come after a
# second and a half. Pictures are taken as fast as this machine can, and shown for as long as they stood.
set -eu
cd "$(dirname "$0")/.."

frames=target/pictures
rm -rf "$frames"
mkdir -p "$frames"

Xvfb -displayfd 3 -screen 0 850x280x24 -wr -nolisten tcp -noreset 3>"$frames/display" 2>/dev/null &
server=$!
left=
right=
# shellcheck disable=SC2086 # a list
trap 'kill $left $right $server 2>/dev/null || true' EXIT
while [ ! -s "$frames/display" ]; do sleep 0.1; done
DISPLAY=:$(cat "$frames/display")
export DISPLAY GDK_BACKEND=x11 GSK_RENDERER=cairo GTK_A11Y=none GSETTINGS_BACKEND=memory

animsort() {
    exec target/release/animsort --algorithm=shellsort --nrelements=12 --ordered=-1 --step=0.4 --startdelay=1.5 --enddelay=60 "$@"
}
window() { # window PID X: moves a program's window, as there is no window manager
    id=$(xdotool search --sync --onlyvisible --pid "$1" | head -n 1)
    xdotool windowmove "$id" "$2" 24
}
animsort --busy=1000 &
left=$!
animsort --busy-tasks=1000 &
right=$!
window $left 0
window $right 430

end=$(($(date +%s%3N) + 10000))
number=1000
while now=$(date +%s%3N) && [ "$now" -lt $end ]; do
    import -window root "$frames/$number-$now.png"
    number=$((number + 1))
done
kill $left $right

# Each picture with its captions, for as many hundredths of a second as there were until the next one.
set --
last=
for picture in "$frames"/*.png; do
    time=${picture##*-}
    time=${time%.png}
    [ -z "$last" ] || set -- "$@" -delay $(((time - last_time) / 10)) "$last"
    last=$picture
    last_time=$time
done
convert -loop 0 "$@" -delay 100 "$last" -fill black -font DejaVu-Sans -pointsize 14 \
    -annotate +8+17 'beside 1,000 coroutines of glib-coro' -annotate +438+17 'beside 1,000 tasks of glib-rs' \
    -dither None -colors 32 -layers Optimize docs/images/animsort.gif
ls -l docs/images/animsort.gif
