// P62
#![deny(warnings)]
use std::backtrace::Backtrace;
use std::panic::Location;
use std::sync::{Arc, Mutex};

struct S;

#[glib_coro::coroutine]
async fn panics() {
    glib_coro::yield_now().await;
    panic!("{} {}", line!(), Backtrace::force_capture());
}

impl S {
    #[glib_coro::coroutine]
    async fn method_panics(self) {
        panic!("{} {}", line!(), Backtrace::force_capture());
    }
}

/// What the hook is told of the only coroutine that `body` leaves behind: its name and where it was spawned.
fn unhandled(body: impl FnOnce()) -> (String, u32) {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let hook = seen.clone();
    let runtime = glib_coro::Runtime::builder()
        .event_loop(glib_coro::event_loop::Standalone::new())
        .on_unhandled(move |unhandled| {
            let name = unhandled.name().unwrap_or_default().to_owned();
            assert_eq!(unhandled.location().file(), file!());
            hook.lock()
                .unwrap()
                .push((name, unhandled.location().line()));
        })
        .build()
        .unwrap();
    runtime.block_on(async {
        body();
        glib_coro::yield_now().await;
        glib_coro::yield_now().await;
        glib_coro::yield_now().await;
    });
    drop(runtime);
    let mut seen = seen.lock().unwrap();
    assert_eq!(seen.len(), 1);
    seen.remove(0)
}

#[test]
fn metadata_name_the_function_and_the_call() {
    let line = Location::caller().line() + 1;
    let told = unhandled(|| drop(panics()));
    assert_eq!(told, ("panics".to_owned(), line));
    let line = Location::caller().line() + 1;
    let told = unhandled(|| drop(S.method_panics()));
    assert_eq!(told, ("method_panics".to_owned(), line));
}

#[glib_coro::coroutine(overlap = "queue")]
async fn queued() {
    panic!("in a queue");
}

#[glib_coro::coroutine(overlap = "latest", detach)]
async fn latest() -> Result<(), String> {
    Err("the newest")?
}

#[test]
fn metadata_survive_the_line() {
    let line = Location::caller().line() + 1;
    let told = unhandled(|| drop(queued()));
    assert_eq!(told, ("queued".to_owned(), line));
    let line = Location::caller().line() + 1;
    let told = unhandled(|| {
        latest();
    });
    assert_eq!(told, ("latest".to_owned(), line + 1));
}

const NEXT_LINE_BUT_ONE: u32 = line!() + 2;
#[glib_coro::coroutine(detach)]
async fn handler(_: &u8) {
    panic!("in a handler");
}

impl S {
    const NEXT_LINE_BUT_ONE: u32 = line!() + 2;
    #[glib_coro::coroutine(returns = true, overlap = "restart")]
    async fn handler(self) {
        panic!("in a method");
    }
}

/// There is no line of the user's where a signal's closure is called.
#[test]
fn a_handler_that_is_passed_by_its_name_is_spawned_where_it_is_defined() {
    fn connect(handler: impl Fn(&u8)) {
        handler(&1);
    }
    let expected = ("handler".to_owned(), NEXT_LINE_BUT_ONE);
    assert_eq!(unhandled(|| connect(handler)), expected);
    let boxed: Box<dyn Fn(&u8)> = Box::new(handler);
    assert_eq!(unhandled(|| connect(boxed)), expected);
    let pointer: fn(&u8) = handler;
    assert_eq!(unhandled(|| connect(pointer)), expected);
    let expected = ("handler".to_owned(), S::NEXT_LINE_BUT_ONE);
    let call = || assert_eq!(std::iter::once(S).map(S::handler).next(), Some(true));
    assert_eq!(unhandled(call), expected);
    let line = Location::caller().line() + 1;
    let told = unhandled(|| connect(|x| handler(x)));
    assert_eq!(told, ("handler".to_owned(), line));
}

#[glib_coro::coroutine(detach, name = "detached")]
async fn fails(text: &str) -> Result<(), String> {
    Err(text.to_owned())
}

#[test]
fn an_error_of_a_detached_coroutine_is_reported() {
    let line = Location::caller().line() + 1;
    let told = unhandled(|| fails("x"));
    assert_eq!(told, ("detached".to_owned(), line));
}

#[glib_coro::coroutine]
async fn fails_with_a_handle() -> Result<u8, std::fmt::Error> {
    Err(std::fmt::Error)
}

#[glib_coro::coroutine(returns = true)]
async fn fails_and_returns() -> Result<(), Box<dyn std::error::Error>> {
    Err("x")?
}

#[test]
fn an_error_that_nobody_looks_at_is_reported() {
    let line = Location::caller().line() + 1;
    let told = unhandled(|| drop(fails_with_a_handle()));
    assert_eq!(told, ("fails_with_a_handle".to_owned(), line));
    let line = Location::caller().line() + 1;
    let told = unhandled(|| assert!(fails_and_returns()));
    assert_eq!(told, ("fails_and_returns".to_owned(), line));
}

#[glib_coro::main]
async fn main_panics() {
    glib_coro::yield_now().await;
    panic!("{} {}", line!(), Backtrace::force_capture());
}

#[glib_coro::test]
#[ignore = "called by another one"]
async fn test_panics() {
    panic!("{} {}", line!(), Backtrace::force_capture());
}

/// Checks the message of a panic, which holds the line and the backtrace: the first frame that has the function's name is the function,
/// at the line of the panic.
fn assert_names(function: &str, message: &str) {
    let (line, backtrace) = message.split_once(' ').unwrap();
    let frame = backtrace.find(function).expect(backtrace);
    let place = format!("p62_where_it_happened.rs:{line}:");
    let here = backtrace[frame..]
        .lines()
        .take(2)
        .any(|line| line.contains(&place));
    assert!(here, "{backtrace}");
}

#[glib_coro::test]
async fn backtraces_name_the_function() {
    for (handle, function) in [(panics(), "panics"), (S.method_panics(), "method_panics")] {
        let error = handle.await.unwrap_err().to_string();
        let (coroutine, message) = error.split_once(" panicked: ").unwrap();
        assert!(coroutine.starts_with("coroutine "), "{error}");
        assert_names(function, message);
    }
}

#[test]
fn backtraces_name_main_and_tests() {
    for (function, name) in [
        (main_panics as fn(), "main_panics"),
        (test_panics, "test_panics"),
    ] {
        let payload = super::alone(|| std::panic::catch_unwind(function).unwrap_err());
        assert_names(name, payload.downcast_ref::<String>().unwrap());
    }
}

/// Where the panics of `body` happened, by the panic hook: the file and the line that are printed.
#[glib_coro::test]
async fn a_panic_is_printed_with_its_own_line() {
    static SEEN: Mutex<Option<(String, u32)>> = Mutex::new(None);
    #[glib_coro::coroutine(overlap = "queue", name = "hooked")]
    async fn hooked(text: &str) {
        std::panic::panic_any(text.len());
    }
    const LINE: u32 = line!() - 2;
    let previous = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        if info.payload().is::<usize>() {
            let place = info.location().unwrap();
            *SEEN.lock().unwrap() = Some((place.file().to_owned(), place.line()));
        } else {
            previous(info);
        }
    }));
    assert!(hooked("text").await.unwrap_err().is_panic());
    let seen = SEEN.lock().unwrap().take();
    assert_eq!(seen, Some((file!().to_owned(), LINE)));
}
