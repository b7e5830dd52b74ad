//! What an application is launched with.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use futures_core::{FusedStream, Stream};
use gio::prelude::*;

use super::run::running;
use crate::object::Connection;
use crate::object::mailbox::{Receiver, Sender, mailbox};

/// One launch of an application: by its user, by another process, or by the session.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Launch {
    /// Without anything to open.
    Activate,
    /// With files to open. Needs [`gio::ApplicationFlags::HANDLES_OPEN`].
    Open {
        /// What to open; at least one.
        files: Vec<gio::File>,
        /// How, as the launcher and the application agree on; mostly empty.
        hint: String,
    },
    /// With a command line. Needs [`gio::ApplicationFlags::HANDLES_COMMAND_LINE`].
    ///
    /// The process that was launched waits, and ends with its
    /// [exit code](gio::prelude::ApplicationCommandLineExtManual::set_exit_code), when the last reference to this goes.
    CommandLine(gio::ApplicationCommandLine),
}

/// Every launch of an application, as a stream.
///
/// In the body of [`run`](super::run) the first stream that is made after the first launch begins with that launch, which started
/// the body, followed by those that have come since. Make it early: a process that was launched with a command line waits until the
/// body has dropped its [`Launch::CommandLine`]. Launches are kept for the body until it makes that stream, even if other streams
/// have had them; a body that leaves them all to others calls `drop(launches(app))`. Streams that are made at other times, or in an
/// application that is not run by `run`, have only the launches from then on. All streams end with the application.
///
/// The application is held for as long as the body runs. If it is to end with its last window, take the first launch in the body,
/// and the others in a coroutine that the body spawns before it returns.
///
/// This connects a handler for the signal `command-line`. Handlers for that signal that are connected later are not called.
///
/// ```no_run
/// use futures_util::StreamExt;
/// use glib_coro::application::{self, Launch};
/// use glib_coro::gio::{self, prelude::*};
///
/// fn main() -> std::process::ExitCode {
///     let app = gio::Application::new(Some("org.example.Viewer"), gio::ApplicationFlags::HANDLES_OPEN);
///     application::run(app, async |app| {
///         let mut launches = application::launches(app);
///         while let Some(launch) = launches.next().await {
///             match launch {
///                 Launch::Open { files, .. } => println!("{} files to show", files.len()),
///                 _ => println!("nothing to show"),
///             }
///         }
///     })
/// }
/// ```
pub fn launches(app: &impl IsA<gio::Application>) -> Launches {
    let app: &gio::Application = app.upcast_ref();
    if let Some(hub) = running(app) {
        return Launches {
            receiver: Some(hub.subscribe()),
            _source: None,
        };
    }
    let hub = Rc::new(Hub::default());
    let receiver = hub.subscribe();
    let connections = connect(app, &hub, || {});
    Launches {
        receiver: Some(receiver),
        _source: Some(connections),
    }
}

/// The stream of [`launches`].
#[must_use = "streams do nothing unless polled"]
pub struct Launches {
    /// `None` once the stream has ended.
    receiver: Option<Receiver<Launch>>,
    /// The handlers, where nobody else has connected any.
    _source: Option<Connections>,
}

impl Stream for Launches {
    type Item = Launch;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Launch>> {
        let Some(receiver) = &self.receiver else {
            return Poll::Ready(None);
        };
        let launch = std::task::ready!(receiver.poll_next(cx));
        if launch.is_none() {
            self.receiver = None;
        }
        Poll::Ready(launch)
    }
}

impl FusedStream for Launches {
    fn is_terminated(&self) -> bool {
        self.receiver.is_none()
    }
}

impl fmt::Debug for Launches {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Launches")
            .field("receiver", &self.receiver)
            .finish_non_exhaustive()
    }
}

/// Passes launches on to the streams.
#[derive(Default)]
pub(super) struct Hub {
    streams: RefCell<Vec<Sender<Launch>>>,
    /// What came before the first stream of the body was made; `None` if nobody is going to ask any more.
    backlog: RefCell<Option<Vec<Launch>>>,
    /// The command line of this very process, whose exit status nobody else looks at.
    own_command_line: RefCell<Option<gio::ApplicationCommandLine>>,
    /// The body cleans up by itself when it is interrupted.
    pub(super) is_shutdown_awaited: Cell<bool>,
}

impl Hub {
    /// One that keeps launches for the first stream.
    pub(super) fn with_backlog() -> Self {
        let hub = Self::default();
        hub.backlog.replace(Some(Vec::new()));
        hub
    }

    fn announce(&self, launch: Launch) {
        if let Launch::CommandLine(command_line) = &launch
            && !command_line.is_remote()
        {
            self.own_command_line.replace(Some(command_line.clone()));
        }
        if let Some(backlog) = &mut *self.backlog.borrow_mut() {
            backlog.push(launch.clone());
        }
        // A waker is anybody's code, which may come back here.
        let mut streams = self.streams.take();
        streams.retain(Sender::is_wanted);
        for stream in &streams {
            stream.send(launch.clone());
        }
        streams.append(&mut *self.streams.borrow_mut());
        self.streams.replace(streams);
    }

    fn subscribe(&self) -> Receiver<Launch> {
        let (sender, receiver) = mailbox(usize::MAX);
        // Before the first launch it is kept: the body is not there yet, and is to have it.
        let launches = self
            .backlog
            .borrow_mut()
            .take_if(|launches| !launches.is_empty());
        for launch in launches.unwrap_or_default() {
            sender.send(launch);
        }
        self.streams.borrow_mut().push(sender);
        receiver
    }

    /// The body has ended: what nobody asked for so far is not kept any longer.
    pub(super) fn forget_backlog(&self) {
        let backlog = self.backlog.take();
        drop(backlog);
    }

    /// Ends the streams.
    pub(super) fn end(&self) {
        let streams = self.streams.take();
        drop(streams);
        self.forget_backlog();
    }

    /// The exit status that was set on the command line of this process; 0 if none was.
    pub(super) fn own_exit_status(&self) -> u8 {
        let own = self.own_command_line.borrow();
        let status = own.as_ref().map(|own| own.exit_code());
        status.map_or(0, |status| status.get())
    }
}

/// The handlers behind a hub.
pub(super) type Connections = [Connection; 4];

/// Has a hub told of an application's launches; `launched` is called after it was told.
pub(super) fn connect(
    app: &gio::Application,
    hub: &Rc<Hub>,
    launched: impl Fn() + 'static,
) -> Connections {
    let launched: Rc<dyn Fn()> = Rc::new(launched);
    let announce = {
        let hub = hub.clone();
        Rc::new(move |launch| {
            hub.announce(launch);
            launched();
        })
    };
    let (activated, opened, commanded) = (announce.clone(), announce.clone(), announce);
    let ending = hub.clone();
    [
        app.connect_activate(move |_| activated(Launch::Activate)),
        app.connect_open(move |_, files, hint| {
            opened(Launch::Open {
                files: files.to_vec(),
                hint: hint.to_owned(),
            });
        }),
        app.connect_command_line(move |_, command_line| {
            commanded(Launch::CommandLine(command_line.clone()));
            glib::ExitCode::SUCCESS
        }),
        app.connect_shutdown(move |_| ending.end()),
    ]
    .map(|handler| Connection::new(app.upcast_ref(), handler))
}
