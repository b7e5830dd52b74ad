//! tokio's reactor beside the loop, for crates that are written for tokio and nothing else.
//!
//! Such a crate says "there is no reactor running, must be called from the context of a Tokio 1.x
//! runtime" and panics, because it looks for tokio's runtime in a thread-local. This module has one: a
//! single thread in the background, started on first use, that watches tokio's sockets and timers and
//! runs what is spawned onto tokio. The coroutines stay where they are, on the loop's thread:
//!
//! ```
//! use std::rc::Rc;
//! use std::time::Duration;
//! use glib_coro::compat::tokio::enter;
//!
//! # fn main() {
//! glib_coro::block_on(enter(async {
//!     let label = Rc::new("not Send, like every widget");
//!     tokio::time::sleep(Duration::from_millis(1)).await;
//!     let answer = tokio::spawn(async { 6 * 7 }).await.unwrap();
//!     println!("{label}: {answer}");
//! }));
//! # }
//! ```
//!
//! # tokio crates in a GTK app
//!
//! There are three ways, from the widest to the narrowest.
//!
//! **The whole program.** With the option `tokio` of `#[glib_coro::main]` (and of `#[glib_coro::test]`),
//! tokio's runtime is current as long as the loop runs: in every coroutine, and in every plain signal
//! handler or GLib callback too. Without the attribute, the same is one line, before the loop starts:
//!
//! ```
//! use std::time::Duration;
//!
//! # fn main() {
//! let _tokio = glib_coro::compat::tokio::handle().enter();
//!
//! // From here on, also inside of `app.run()` and its handlers:
//! glib_coro::block_on(async {
//!     tokio::time::sleep(Duration::from_millis(1)).await;
//! });
//! # }
//! ```
//!
//! **One coroutine.** [`enter`] wraps a future: `spawn(enter(async { … }))`. Everything that it awaits, however
//! deep, finds tokio; the rest of the program does not notice. This is what a library does.
//!
//! **Work that needs no widget.** [`handle`] is a plain [`tokio::runtime::Handle`]: what is spawned onto
//! it runs on the background thread, and its `JoinHandle` can be awaited in any coroutine, without
//! [`enter`]. Use it for what moves much data. (A long computation would hold up all else on this one thread; for that
//! there is [`unblock`](crate::unblock()).)
//!
//! ```
//! # fn main() {
//! use glib_coro::compat::tokio::handle;
//!
//! glib_coro::block_on(async {
//!     let sum = handle().spawn(async { (1..=1000).sum::<u32>() });
//!     assert_eq!(sum.await.unwrap(), 500_500);
//! });
//! # }
//! ```
//!
//! With [reqwest](https://docs.rs/reqwest), for instance, a signal handler of a GTK app is:
//!
//! ```ignore (needs a GTK app)
//! #[glib_coro::coroutine(detach)]
//! async fn on_clicked(button: &gtk::Button) {
//!     button.set_sensitive(false);
//!     let text = enter(async { reqwest::get(URL).await?.text().await });
//!     button.set_label(&text.await.unwrap_or_else(|error| error.to_string()));
//!     button.set_sensitive(true);
//! }
//! ```
//!
//! # What to know
//!
//! * **Do not put `#[tokio::main]` around the loop.** Its runtime would be current but, with the thread
//!   busy in our loop, a current-thread runtime would never look at its sockets and timers: they hang. A
//!   warning is logged when a runtime of ours blocks a thread inside of another tokio runtime.
//! * Do not hold the guard of `handle().enter()` across an await: tokio panics when guards are dropped in
//!   another order than that of the stack. [`enter`] holds it for the length of each poll.
//! * A tokio object is made where tokio is current: `enter(async { tokio::time::sleep(d).await })`, not
//!   `enter(tokio::time::sleep(d))`.
//! * The futures of this crate belong in coroutines: in a task that was spawned onto tokio, a
//!   [`Sleep`](crate::time::Sleep) for instance panics, because no loop runs on tokio's thread. Such a task
//!   reaches the loop through a [`Handle`](crate::Handle) or a channel.
//! * tokio does not count operations outside of its own runtime, so that a coroutine whose tokio
//!   socket always has more to read goes on without a pause. Put a [`yield_now`](crate::yield_now) in such a loop,
//!   or spawn it onto [`handle`].
//! * tokio's timers are on the real clock, also where the virtual clock of this crate (feature `test-util`) is paused.
//! * What was spawned onto tokio lives on when our runtime ends. The background thread goes with the
//!   process.
//! * `tokio::signal` and `tokio::process` are there if the program enables those features of tokio. Both
//!   take over a signal's disposition for the rest of the process, `SIGCHLD` among them, which GLib's child
//!   watches use: prefer this crate's.

use std::fmt;
use std::future::{Future, pending};
use std::io;
use std::pin::Pin;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::thread;

use pin_project_lite::pin_project;
use tokio::runtime::{self, EnterGuard, Handle};
use tokio::task::coop::{Unconstrained, unconstrained};

use crate::core::lock::Lock;
use crate::core::{Core, Level, current};

/// Set on first use. Its thread drives it until the process ends.
static BACKGROUND: OnceLock<Handle> = OnceLock::new();

/// tokio's runtime on its background thread, which is started by the first call.
///
/// See the [module's page](self) for what it is good for.
///
/// # Panics
///
/// If the system refuses a thread or a descriptor.
#[track_caller]
pub fn handle() -> &'static Handle {
    match try_handle() {
        Ok(handle) => handle,
        Err(error) => panic!("cannot start tokio's background thread: {error}"),
    }
}

fn try_handle() -> io::Result<&'static Handle> {
    static STARTING: Lock<()> = Lock::new(());
    if let Some(handle) = BACKGROUND.get() {
        return Ok(handle);
    }
    let _starting = STARTING.lock();
    if let Some(handle) = BACKGROUND.get() {
        return Ok(handle); // another thread was first
    }
    let handle = start()?;
    Ok(BACKGROUND.get_or_init(|| handle))
}

fn start() -> io::Result<Handle> {
    let runtime = runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let handle = runtime.handle().clone();
    thread::Builder::new()
        .name("tokio".to_owned())
        .spawn(move || {
            crate::runtime::refuse(
                "this is tokio's background thread, where no loop of glib-coro runs; await this crate's \
                 futures in a coroutine, or spawn one from here with a `glib_coro::Handle`",
            );
            runtime.block_on(pending::<()>());
        })?;
    Ok(handle)
}

/// Makes tokio's runtime current during every poll of a future, and while it is dropped.
///
/// The future stays on its thread, and need not be `Send`. See the [module's page](self).
///
/// ```
/// use glib_coro::compat::tokio::enter;
/// use tokio::io::{AsyncReadExt, AsyncWriteExt};
/// use tokio::net::{TcpListener, TcpStream};
///
/// # fn main() -> std::io::Result<()> {
/// glib_coro::block_on(enter(async {
///     let listener = TcpListener::bind("127.0.0.1:0").await?;
///     let mut client = TcpStream::connect(listener.local_addr()?).await?;
///     let (mut server, _) = listener.accept().await?;
///     client.write_all(b"hello").await?;
///     let mut buffer = [0; 5];
///     server.read_exact(&mut buffer).await?;
///     assert_eq!(&buffer, b"hello");
///     Ok(())
/// }))
/// # }
/// ```
///
/// # Panics
///
/// As [`handle`].
///
/// # Cancel safety
///
/// That of the future.
#[track_caller]
pub fn enter<F: Future>(future: F) -> Enter<F> {
    Enter {
        // Under somebody's tokio runtime, whose poll of us has a budget, tokio's operations would all
        // wait once that is used up: for a next poll, which our loop does not let happen.
        future: Some(unconstrained(future)),
        handle: handle(),
    }
}

pin_project! {
    /// The future of [`enter`].
    #[must_use = "futures do nothing unless you `.await` them"]
    pub struct Enter<F> {
        // `None` only while it is dropped.
        #[pin]
        future: Option<Unconstrained<F>>,
        handle: &'static Handle,
    }

    impl<F> PinnedDrop for Enter<F> {
        fn drop(this: Pin<&mut Self>) {
            let this = this.project();
            let _entered = enter_if_possible(this.handle);
            let mut future = this.future;
            future.set(None);
        }
    }
}

/// Enters tokio, but for a thread that is ending and has lost tokio's thread-local already.
fn enter_if_possible(handle: &Handle) -> Option<EnterGuard<'_>> {
    let lost = Handle::try_current().is_err_and(|error| error.is_thread_local_destroyed());
    (!lost).then(|| handle.enter())
}

impl<F: Future> Future for Enter<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let _entered = this.handle.enter();
        match this.future.as_pin_mut() {
            Some(future) => future.poll(cx),
            None => unreachable!("emptied while it is dropped"),
        }
    }
}

impl<F> fmt::Debug for Enter<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Enter").finish_non_exhaustive()
    }
}

/// Says, once, that a loop is about to block a thread inside of a tokio runtime that is not ours.
pub(crate) fn warn_if_inside(core: &Core) {
    static WARNED: AtomicBool = AtomicBool::new(false);
    // Inside a coroutine it is the host that runs on tokio, and knows what it does.
    if current::id().is_some() {
        return;
    }
    let Ok(around) = Handle::try_current() else {
        return;
    };
    let is_ours = BACKGROUND
        .get()
        .is_some_and(|ours| ours.id() == around.id());
    if !is_ours && !WARNED.swap(true, Ordering::Relaxed) {
        core.log(
            Level::Warning,
            "the loop runs inside of a tokio runtime, which can do nothing on this thread meanwhile; if \
             this is `#[tokio::main]`, use `#[glib_coro::main(tokio)]` or `compat::tokio::enter` instead",
        );
    }
}
