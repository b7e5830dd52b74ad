//! Applications whose `main` is a coroutine: `gio::Application` and its subclasses, GTK's and libadwaita's among them.
//!
//! ```no_run
//! use std::time::Duration;
//! use glib_coro::{application, gio, sleep};
//!
//! fn main() -> std::process::ExitCode {
//!     let app = gio::Application::new(Some("org.example.Egg"), Default::default());
//!     application::run(app, async |_app| {
//!         sleep(Duration::from_secs(240)).await;
//!         println!("done");
//!     })
//! }
//! ```
//!
//! With the attribute the same is `#[glib_coro::main(application = gio::Application::new(..))]` on an
//! `async fn main(app: &gio::Application)`.
//!
//! # How a `main` fits an application
//!
//! An application has a `main` of its own: it parses the command line, looks for another instance, and decides whether there is
//! anything to do here at all. So the coroutine does not replace that; it is what the application does once it has been
//! launched:
//!
//! * **The application runs, and the body runs in it.** [`run`] calls `g_application_run` with the arguments of the process. The body is
//!   spawned by the first launch, whichever kind it is: with `HANDLES_OPEN` and a file, or with `HANDLES_COMMAND_LINE`, there is
//!   no `activate`, so that a body started by `activate` would be missing there. It finds the application registered and
//!   started up, GTK initialised, and what the launch was about in [`launches`].
//! * **In the primary instance only.** A second process hands its launch to the first and ends, with the exit code that the first
//!   gives it. A service is started without a launch; its body waits for one.
//! * **While the body runs, the application is held**, so that it does not end for want of a window. When the body has
//!   returned, the application goes on as long as anything else holds it, such as windows.
//! * **The application's end is the end of all coroutines**: the body returns and nothing else holds the application, or somebody calls
//!   `quit`, the body included. In `shutdown`, while there is still a loop and there are still windows, the [token](shutdown_token) is
//!   cancelled, every coroutine that is ready gets one more poll, and then all futures are dropped. What is spawned after that, by a
//!   later handler of `shutdown`, is dropped when [`run`] returns.
//! * **The exit code** is the body's, or success if it was dropped; where the body returns an `Err` it is printed once the
//!   application has ended, so after its last window was closed. An exit status of the application that is not zero wins:
//!   that of a command line that was dealt with locally, or the one set on the launch that started the body. A panic
//!   of the body quits the application and goes on in [`run`].
//! * **Ctrl-C and SIGTERM** quit the application, from `startup` to `shutdown`, with the exit code of success; a body that has to do
//!   more takes the [`shutdown_token`]. If it does not come to its end then, because a handler runs a loop of its own for
//!   example, the next signal ends the process as it ends any other, unless something else listens to it.
//!
//! (gtk-rs had a [draft of a main attribute](https://github.com/gtk-rs/gtk-rs-core/pull/777) for its main context; it was closed because
//! these questions were open for applications.)
//!
//! # Which runtime
//!
//! The one of the default main context, which an application always runs on. What was spawned on it before [`run`] goes on
//! in the application, and ends with it.

mod interrupts;
mod launches;
mod run;

pub use self::launches::{Launch, Launches, launches};
pub(crate) use self::run::run_as;
pub use self::run::{run, shutdown_token};
