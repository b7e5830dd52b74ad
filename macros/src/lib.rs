//! The attributes of [glib-coro](https://docs.rs/glib-coro): `main`, `coroutine` and `test`.
//!
//! Use them through `glib_coro`, which re-exports them.

#![forbid(unsafe_code)]

mod arguments;
mod attribute;
mod borrow;
mod errors;
mod expand;
mod item;
mod krate;
mod manifest;
mod near;
mod neighbours;
mod options;
mod refuse;
mod self_token;
mod sizeless;
mod span;

use attribute::Attribute;
use proc_macro::TokenStream;

/// Runs an `async fn` as the program.
///
/// ```
/// #[glib_coro::main]
/// async fn main() {
///     glib_coro::yield_now().await;
/// }
/// ```
///
/// The loop is GLib's default main context, or the built-in loop where the feature `glib` is off. The function may return whatever
/// `main` may return. Coroutines that are still alive when it returns are dropped.
///
/// # Options
///
/// | option | meaning |
/// |---|---|
/// | `context = "new"` | a new main context instead of the default one |
/// | `event_loop = EXPR` | another loop instead of GLib's |
/// | `tokio` | crates that are written for tokio work in every coroutine and every plain handler (feature `tokio`) |
/// | `application = EXPR` | runs the body, an `async fn main(app: &T)`, inside this `gio::Application` (feature `gio`) |
/// | `crate = path` | the path of `glib_coro`, if it is not a direct dependency |
/// | `name = "…"` | the coroutine's name in logs and panics, instead of the function's |
#[proc_macro_attribute]
pub fn main(arguments: TokenStream, item: TokenStream) -> TokenStream {
    expand::expand(Attribute::Main, arguments.into(), item.into()).into()
}

/// Turns an `async fn` into a function that spawns its body as a coroutine when it is called.
///
/// ```
/// #[glib_coro::coroutine]
/// async fn greet(name: &str) -> String {
///     glib_coro::yield_now().await;
///     format!("Hello {name}!")
/// }
///
/// #[glib_coro::main]
/// async fn main() {
///     let greeting = greet("World").await.unwrap();
///     assert_eq!(greeting, "Hello World!");
/// }
/// ```
///
/// The call returns a `JoinHandle` at once. The body runs later, on the loop of the calling thread, whether or not anybody awaits the
/// handle. Arguments that are references are cloned at the call and lent to the body; so is `&self`. With `#[weak]` before an argument
/// `x: &T`, or `&self`, that is a GObject, the coroutine keeps a weak reference instead: the body sees a `glib_coro::object::Bound<T>`,
/// and the coroutine is aborted when the object is disposed of.
///
/// Write the attribute with its path. After `use glib_coro::coroutine` a bare `#[coroutine]` is an error, because rustc has an unstable
/// attribute of that name and calls the two ambiguous. An import under another name works: `use glib_coro::coroutine as coro;` and `#[coro]`.
///
/// # Options
///
/// | option | meaning |
/// |---|---|
/// | `detach` | the call returns `()`, so that the function can be a signal handler; an `Err` of the body is reported |
/// | `returns = EXPR [as TYPE]` | like `detach`, but the call returns this value |
/// | `priority = …` | `"high"`, `"default"`, `"idle"` or a `glib_coro::task::Priority` |
/// | `overlap = "…"` | what a call does while an earlier one runs: `"parallel"` (the default), `"drop"` (it is ignored), `"restart"` (it aborts the earlier one), `"queue"`, `"latest"` (only the newest is queued) |
/// | `per = ARGUMENT` | for `overlap`: only calls with the same GObject in this argument, or in `self`, count as overlapping |
/// | `name = "…"` | the name in logs and panics, instead of the function's |
/// | `crate = path` | the path of `glib_coro`, if it is not a direct dependency |
#[proc_macro_attribute]
pub fn coroutine(arguments: TokenStream, item: TokenStream) -> TokenStream {
    expand::expand(Attribute::Coroutine, arguments.into(), item.into()).into()
}

/// Runs an `async fn` as a test, on a loop of its own.
///
/// ```
/// #[glib_coro::test]
/// async fn yields() {
///     glib_coro::yield_now().await;
/// }
/// # fn main() {}
/// ```
///
/// Each test has a new main context, so that tests can run at the same time. Coroutines that are still alive when the function
/// returns are dropped before the test ends. A test also fails if a coroutine panicked and nobody looked at the panic.
///
/// # Options
///
/// | option | meaning |
/// |---|---|
/// | `context = "default"` | the default main context instead of a new one; such tests take turns |
/// | `event_loop = EXPR` | another loop instead of GLib's |
/// | `tokio` | crates that are written for tokio work in every coroutine and every plain handler (feature `tokio`) |
/// | `start_paused = true` | a virtual clock, on which sleeping takes no time (feature `test-util`) |
/// | `timeout = "5s"` | fails the test if it takes longer than this on the real clock, and names the coroutines that still wait |
/// | `crate = path` | the path of `glib_coro`, if it is not a direct dependency |
/// | `name = "…"` | the coroutine's name in logs and panics, instead of the function's |
#[proc_macro_attribute]
pub fn test(arguments: TokenStream, item: TokenStream) -> TokenStream {
    expand::expand(Attribute::Test, arguments.into(), item.into()).into()
}
