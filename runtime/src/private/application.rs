//! What the option `application` of `#[glib_coro::main]` expands to.

use std::process::{ExitCode, Termination};

/// What can stand behind `application =`.
#[cfg(feature = "gio")]
#[diagnostic::on_unimplemented(
    message = "`application` needs a `gio::Application`, and `{Self}` is none",
    label = "not an application"
)]
pub trait Application: glib::prelude::IsA<gio::Application> {}

#[cfg(feature = "gio")]
impl<A: glib::prelude::IsA<gio::Application>> Application for A {}

/// What can stand behind `application =`.
#[cfg(not(feature = "gio"))]
#[diagnostic::on_unimplemented(
    message = "`application` needs the `gio` feature of `glib-coro`",
    label = "there are no applications without gio"
)]
pub trait Application: Clone + 'static {}

/// Runs the application with `body` in it, which the attribute makes of the user's `async fn main(app: &A)`.
#[cfg_attr(
    not(feature = "gio"),
    expect(unused_variables, reason = "there is no such application")
)]
#[track_caller]
pub fn application<A, B, T>(name: &'static &'static str, app: A, body: B) -> ExitCode
where
    A: Application,
    B: AsyncFnOnce(&A) -> T + 'static,
    T: Termination + 'static,
{
    #[cfg(feature = "gio")]
    return crate::application::run_as(crate::task::Builder::new().literal_name(name), app, body);
    #[cfg(not(feature = "gio"))]
    unreachable!("no type implements the trait")
}
