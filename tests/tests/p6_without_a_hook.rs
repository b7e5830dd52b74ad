//! P6: without a hook, a panic that nobody looked at is in GLib's log, with name, place and message; and
//! it never unwinds into a loop that is not ours.

#![forbid(unsafe_code)]
#![cfg(feature = "glib")]

use ::glib::{LogLevel, MainContext};
use glib_coro::Runtime;
use glib_coro::task::Builder;
use glib_coro_tests::glib_view::{capture_log, take_log};
use glib_coro_tests::{Host, on_glib};

fn a_detached_panic_is_logged_and_the_loop_goes_on(_: Host) {
    capture_log();
    let context = MainContext::new();
    let rt = Runtime::builder().main_context(&context).build().unwrap();
    let builder = Builder::new().name("courier");
    let entered = rt.enter();
    let line = line!() + 1;
    drop(builder.spawn(async { panic!("lost") }));
    drop(entered);
    // The program's own iterations, without any frame of ours below.
    while context.iteration(false) {}
    let survivor = rt.spawn(async { 1 });
    while context.iteration(false) {}
    assert!(survivor.is_finished());
    let log = take_log();
    let [(level, message)] = &log[..] else {
        panic!("one message, not {log:?}")
    };
    assert!(
        matches!(level, LogLevel::Critical | LogLevel::Warning),
        "{level:?}"
    );
    let place = format!("{}:{line}", file!());
    for part in ["courier", "lost", &place] {
        assert!(message.contains(part), "{message}");
    }
}

on_glib![alone: a_detached_panic_is_logged_and_the_loop_goes_on];
