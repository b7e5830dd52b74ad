#!/bin/sh
# What takes too long for every change: the remote wake queue under loom, the GLib host's tests under
# valgrind, the whole suite on a machine that is busy with something else, and the whole suite without epoll.
# DEEP selects some of it: DEEP="loom valgrind busy polling" is the default.
set -eu
cd "$(dirname "$0")/.."

run_loom() {
    RUSTFLAGS="--cfg loom" cargo test --package glib-coro --lib --release \
        --target-dir target/loom loom
}

# Not here: tests in a process of their own, as valgrind does not follow children, among them all that
# count descriptors; p7_idle, which needs strace; application, which is about processes; and what runs rustc instead of the runtime. Nor the one
# test whose promise (timers that are due before they are first polled) holds only if all of them are
# polled within 100 µs, nor those that leak a runtime because that is what they are about.
# valgrind runs one thread at a time, and without fair-sched the one that asks first again and again keeps out the others.
run_valgrind() {
    if ! command -v valgrind >/dev/null 2>&1; then
        echo "deep: valgrind is not installed" >&2
        return 1
    fi
    list=target/deep-tests
    # The whole workspace, so that what `make test` built serves here.
    cargo test --workspace --no-run
    cargo test --workspace --no-run --message-format=json |
        sed -n '\|"src_path":"[^"]*/tests/tests/[^/"]*\.rs"|s/.*"executable":"\([^"]*\)".*/\1/p' >"$list"
    failed=
    while read -r binary; do
        case ${binary##*/} in
            p7_* | application* | attributes* | ui-* | send_sync_*) continue ;;
        esac
        echo "deep: valgrind ${binary##*/}"
        (
            cd tests # as cargo does
            GLIB_CORO_TEST_PATIENCE=900 valgrind --quiet --vgdb=no --fair-sched=try --error-exitcode=9 --num-callers=40 \
                --leak-check=full --show-leak-kinds=definite --errors-for-leak-kinds=definite \
                --trace-children=no --suppressions=../scripts/valgrind.supp \
                "$binary" glib:: --test-threads=1 \
                --skip what_an_ending_thread_spawned_onto_an_entered_runtime \
                --skip when_a_waker_left_the_runtime_of_an_ending_thread </dev/null
        ) || failed="$failed ${binary##*/}"
    done <"$list"
    rm "$list"
    if [ -n "$failed" ]; then
        echo "deep: failed under valgrind:$failed" >&2
        return 1
    fi
}

# As many busy loops as there are processors, so that no thread of a test has one to itself.
run_busy() {
    cargo test --workspace --no-run
    loops=
    trap 'kill $loops 2>/dev/null || true' EXIT
    trap 'exit 1' INT TERM
    for _ in $(seq "$(nproc)"); do
        while :; do :; done &
        loops="$loops $!"
    done
    cargo test --workspace
    kill $loops
    trap - EXIT
}

# On the backend for systems without epoll; and with what is spawned as it is in a release build, as in others it is boxed.
run_polling() {
    RUSTFLAGS='--cfg glib_coro_backend="polling"' cargo test --workspace --target-dir target/polling \
        --config profile.dev.package.glib-coro.debug-assertions=false
}

for part in ${DEEP:-loom valgrind busy polling}; do
    "run_$part"
done
