//! Prints every signal on a D-Bus bus, one line each: `interface.member[path](arguments)`, with the
//! arguments as GVariant text.
//!
//! `USE_GLIB` chooses the loop. Ctrl-C ends the program well, the loss of the bus with status 1.
#![forbid(unsafe_code)]

use std::io;
use std::process::ExitCode;

use clap::{Parser, ValueEnum};
use futures_util::{FutureExt, TryStreamExt};
use glib_coro::compat::zbus::Runtime;
use glib_coro::select;
use glib_coro::signal::ctrl_c;
use glib_coro_examples::cli;
use glib_coro_examples::gvariant::Arguments;
use glib_coro_examples::log::Log;
use glib_coro_examples::which_loop::WhichLoop;
use zbus::connection::Builder;
use zbus::message::Type;
use zbus::{Connection, Message, Structure};

/// Prints the signals on a D-Bus bus.
#[derive(Debug, Parser)]
#[command(name = "dbus_signal_listener")]
struct Options {
    #[arg(ignore_case = true, value_name = "session|system")]
    bus: Bus,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Bus {
    /// The bus of the desktop session
    Session,
    /// The bus of the machine
    System,
}

fn main() -> ExitCode {
    let options: Options = cli::parse();
    let which = WhichLoop::chosen();
    which.announce(Log::Plain);
    let outcome = which.run(async {
        select! {
            lost = listen(options.bus, Log::Plain).fuse() => lost.map_err(io::Error::other),
            pressed = ctrl_c().fuse() => {
                Log::Plain.line("");
                pressed
            }
        }
    });
    cli::exit_code("dbus_signal_listener", outcome.flatten())
}

/// Listens until the bus is gone, which is an error.
async fn listen(bus: Bus, log: Log) -> zbus::Result<()> {
    let builder = match bus {
        Bus::Session => Builder::session(),
        Bus::System => Builder::system(),
    };
    let builder = builder.runtime(Runtime::current());
    let mut messages = builder.build_message_stream().await?;
    let connection = Connection::from(&messages);
    // Whoever calls us gets an answer, if only that there is nothing to call.
    connection.object_server();
    let (name, path) = ("org.freedesktop.DBus", "/org/freedesktop/DBus");
    let rule = "type='signal'";
    connection
        .call_method(Some(name), path, Some(name), "AddMatch", &rule)
        .await?;
    let gone = loop {
        match messages.try_next().await {
            Ok(Some(message)) if message.message_type() == Type::Signal => {
                log.line(describe(&message)?);
            }
            Ok(Some(_)) => {}
            Ok(None) => break zbus::Error::Failure("the bus has closed the connection".into()),
            Err(error) => break error,
        }
    };
    // Which libdbus makes up at this point.
    log.line("org.freedesktop.DBus.Local.Disconnected[/org/freedesktop/DBus/Local]()");
    Err(gone)
}

fn describe(message: &Message) -> zbus::Result<String> {
    let header = message.header();
    let (Some(interface), Some(member), Some(path)) =
        (header.interface(), header.member(), header.path())
    else {
        return Err(zbus::Error::Failure("a signal without a name".into()));
    };
    let body = message.body();
    let arguments = if body.is_empty() {
        String::new()
    } else {
        Arguments(body.deserialize::<Structure<'_>>()?).to_string()
    };
    Ok(format!("{interface}.{member}[{path}]({arguments})"))
}
