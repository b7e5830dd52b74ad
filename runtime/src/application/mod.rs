//! Applications whose `main` is a coroutine: `gio::Application` and its subclasses, such as those of GTK and libadwaita.
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
//! `g_application_run` does what `main` does in other programs: it parses the command line, looks for another instance, and
//! decides whether this process has anything to do. The coroutine does not replace that. It runs once the application
//! has been launched:
//!
//! * **The body runs inside the running application.** [`run`] calls `g_application_run` with the arguments of the process. The first
//!   launch spawns the body, whichever kind of launch it is. (`activate` alone would not do: it is not emitted with `HANDLES_OPEN`
//!   and a file, nor with `HANDLES_COMMAND_LINE`.) When the body starts, the application is registered and
//!   started up, GTK is initialised, and [`launches`] tells what the launch was about.
//! * **It runs in the primary instance only.** A second process hands its launch to the first and ends, with the exit code that the first
//!   gives it. A service is started without a launch; its body waits for one.
//! * **While the body runs, the application is held**, so that it does not end because it has no window. When the body has
//!   returned, the application goes on as long as anything else holds it, such as windows.
//! * **When the application ends, all coroutines end.** It ends when the body has returned and nothing else holds the application, or
//!   when somebody, such as the body, calls `quit`. In `shutdown`, while the loop and the windows still exist, the
//!   [token](shutdown_token) is cancelled, every coroutine that is ready gets one more poll, and then all futures are dropped.
//!   What is spawned after that, by a later handler of `shutdown`, is dropped when [`run`] returns.
//! * **The exit code** is the body's, or success if the body was dropped. If the body returns an `Err`, it is printed once the
//!   application has ended, so after its last window was closed. An exit status of the application that is not zero takes precedence:
//!   that of a command line that was dealt with locally, or the one set on the launch that started the body. A panic
//!   of the body quits the application and continues in [`run`].
//! * **Ctrl-C and SIGTERM** quit the application, from `startup` to `shutdown`, with the exit code for success; a body that has to do
//!   more uses the [`shutdown_token`]. If the application does not end then, because a handler runs a loop of its own for
//!   example, the next signal ends the process in the usual way, unless something else listens to it.
//!
//! (gtk-rs had a [draft of a main attribute](https://github.com/gtk-rs/gtk-rs-core/pull/777) for its main context. It was closed because
//! it left these questions open for applications.)
//!
//! # Which runtime
//!
//! The runtime of the default main context, on which an application always runs. Coroutines that were spawned there before
//! [`run`] go on in the application, and end with it.

mod interrupts;
mod launches;
mod run;

pub use self::launches::{Launch, Launches, launches};
pub(crate) use self::run::run_as;
pub use self::run::{run, shutdown_token};
