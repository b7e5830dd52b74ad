//! The options of `main` and `test` that choose the loop and watch the clock.
//!
//! In a binary of its own: nothing else here may use the default main context.
#![forbid(unsafe_code)]
#![deny(warnings)]

use std::env;
use std::future::pending;
use std::panic::{Location, catch_unwind};
use std::process::Command;
use std::thread;
use std::time::Duration;

use glib_coro::event_loop::{Driver, EventLoop, Standalone};
use glib_coro::{block_on, yield_now};

/// Notes that it was used.
struct Mine(Standalone);

thread_local! {
    static USED: std::cell::Cell<bool> = const { std::cell::Cell::new(false) };
}

impl EventLoop for Mine {
    fn attach(&self, driver: Driver) -> std::io::Result<()> {
        self.0.attach(driver)
    }

    fn run_until(&self, done: &dyn Fn() -> bool) -> std::io::Result<()> {
        USED.set(true);
        self.0.run_until(done)
    }
}

#[glib_coro::test(event_loop = Mine(Standalone::new()))]
async fn a_test_on_a_loop_of_mine() {
    yield_now().await;
    assert!(USED.get());
}

#[glib_coro::main(event_loop = if true { Mine(Standalone::new()) } else { unreachable!() })]
async fn on_a_loop_of_mine(argument: u8) -> u8 {
    yield_now().await;
    assert!(USED.get());
    argument
}

#[test]
fn main_on_a_loop_of_mine() {
    assert_eq!(on_a_loop_of_mine(7), 7);
}

fn boxed() -> Box<dyn EventLoop> {
    Box::new(Mine(Standalone::new()))
}

#[glib_coro::test(event_loop = boxed())]
async fn a_test_on_a_boxed_loop() {
    assert!(USED.get());
}

#[cfg(feature = "glib")]
mod contexts {
    use glib_coro::glib::MainContext;
    use glib_coro::yield_now;

    async fn is_default() -> bool {
        yield_now().await;
        assert!(MainContext::ref_thread_default().is_owner());
        MainContext::ref_thread_default() == MainContext::default()
    }

    #[glib_coro::test(context = "new")]
    async fn a_new_one() {
        assert!(!is_default().await);
    }

    // Several at once, as the harness runs them: they take turns.
    macro_rules! on_the_default_one {
        ($($name:ident)*) => {$(
            #[glib_coro::test(context = "default")]
            async fn $name() {
                for _ in 0..100 {
                    assert!(is_default().await);
                }
            }
        )*};
    }

    on_the_default_one!(default_1 default_2 default_3 default_4);

    #[glib_coro::main(context = "new")]
    async fn on_a_new_one() -> bool {
        is_default().await
    }

    #[test]
    fn main_on_a_new_one() {
        assert!(!on_a_new_one());
    }
}

/// The message of the panic that `test` ends with.
fn failure(test: fn()) -> String {
    let payload = catch_unwind(test).unwrap_err();
    payload.downcast_ref::<String>().unwrap().clone()
}

#[glib_coro::coroutine(name = "reader")]
async fn waits() {
    pending::<()>().await;
}

const HANGS: u32 = Location::caller().line() + 2;

#[glib_coro::test(timeout = "500ms")]
#[ignore = "called by the next one"]
async fn hangs() {
    waits().await.unwrap();
}

#[test]
fn a_test_that_hangs_fails_and_names_who_waits() {
    let file = file!();
    let expected = format!(
        "`hangs` did not end within 500ms; these coroutines still wait:\n  \
         `hangs`, spawned at {file}:{HANGS}:1\n  `reader`, spawned at {file}:{}:5",
        HANGS + 3
    );
    assert_eq!(failure(hangs), expected);
}

#[glib_coro::test(timeout = "50ms", name = "nests", event_loop = Standalone::new())]
#[ignore = "called by the next one"]
async fn hangs_in_a_nested_loop() {
    block_on(pending::<()>());
}

#[test]
fn a_test_that_hangs_in_a_nested_loop_fails() {
    let message = failure(hangs_in_a_nested_loop);
    assert!(
        message.starts_with("`nests` did not end within 50ms; "),
        "{message}"
    );
}

#[glib_coro::test(timeout = "50ms")]
#[ignore = "called by the next one"]
async fn busy() {
    loop {
        yield_now().await;
    }
}

#[test]
fn a_test_that_never_rests_fails() {
    assert!(failure(busy).starts_with("`busy` did not end within 50ms; "));
}

#[glib_coro::test(timeout = "10min")]
async fn a_test_that_ends_in_time_is_not_waited_for() {
    waits();
    yield_now().await;
}

#[glib_coro::test(timeout = "10min")]
#[should_panic(expected = "its own panic")]
async fn a_test_that_panics_in_time() {
    yield_now().await;
    panic!("its own panic");
}

#[glib_coro::test(timeout = "20ms")]
#[ignore = "ends the process"]
async fn never_returns_from_its_poll() {
    loop {
        thread::sleep(Duration::from_secs(60));
    }
}

#[test]
fn a_poll_that_never_returns_ends_the_process() {
    let output = Command::new(env::current_exe().unwrap())
        .args(["--exact", "--ignored", "never_returns_from_its_poll"])
        .output()
        .unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success());
    assert!(
        stderr.contains("`never_returns_from_its_poll` did not end within 20ms; "),
        "{stderr}"
    );
    assert!(stderr.contains("the process ends here"), "{stderr}");
}
