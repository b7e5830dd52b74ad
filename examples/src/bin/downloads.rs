//! Downloads over HTTP, each with a progress bar and a button that cancels it.
//!
//! Client, server and windows share one thread, unless another server is named. Every handler that takes
//! time is a coroutine: the start button cannot be pressed twice, a question is awaited where its answer is needed,
//! the search waits until one has stopped typing, and a download ends with the row that shows it.
#![forbid(unsafe_code)]

use std::error::Error;
use std::io;
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use futures_util::FutureExt;
use glib_coro::object::{Bound, spawn_for};
use glib_coro::signal::ctrl_c;
use glib_coro::task::CancellationToken;
use glib_coro::{select, sleep, spawn};
use glib_coro_examples::http::client::Download;
use glib_coro_examples::http::server::{self, Limits};
use glib_coro_examples::log::Log;
use glib_coro_examples::{cli, windows};
use gtk::prelude::*;

/// What there is to download: names, and the number of lines of each.
const FILES: [(&str, usize); 4] = [
    ("novel.txt", 400),
    ("poem.txt", 20),
    ("play.txt", 150),
    ("letter.txt", 60),
];
/// How long the search waits for the next key.
const TYPING: Duration = Duration::from_millis(300);

/// Downloads a few texts from `http_server`.
#[derive(Debug, Parser)]
#[command(name = "downloads", infer_long_args = true)]
struct Options {
    /// The server; without it, one in this program
    #[arg(long)]
    address: Option<SocketAddr>,
    /// The seconds between two lines that the server in this program sends
    #[arg(long, value_parser = cli::seconds, default_value = "0.05", value_name = "SECONDS")]
    step: Duration,
}

#[glib_coro::main]
async fn main() -> ExitCode {
    let options: Options = cli::parse();
    cli::exit_code("downloads", run(options).await)
}

async fn run(options: Options) -> io::Result<()> {
    windows::start("downloads")?;
    let address = match options.address {
        Some(address) => address,
        None => serve(options.step).await?,
    };
    let window = open(address);
    select! {
        () = windows::closed(&window).fuse() => {}
        pressed = ctrl_c().fuse() => pressed?,
    }
    Ok(())
}

/// Starts a server on a free port.
async fn serve(step: Duration) -> io::Result<SocketAddr> {
    let limits = Limits {
        header: 16 << 10,
        body: 0,
        idle: Duration::from_secs(30),
        connections: NonZeroUsize::new(100).expect("some"),
        grace: Duration::ZERO,
    };
    let listener = server::bind(SocketAddr::from(([127, 0, 0, 1], 0)), Log::Plain).await?;
    let address = listener.local_addr()?;
    spawn(server::serve(
        listener,
        limits,
        step,
        CancellationToken::new(),
        Log::Quiet,
    ));
    Ok(address)
}

fn open(address: SocketAddr) -> gtk::Window {
    let list = gtk::ListBox::builder()
        .selection_mode(gtk::SelectionMode::None)
        .build();
    let search = gtk::SearchEntry::new();
    let start = gtk::Button::with_label("Start");
    let column = gtk::Box::builder()
        .orientation(gtk::Orientation::Vertical)
        .spacing(8)
        .margin_top(8)
        .margin_bottom(8)
        .margin_start(8)
        .margin_end(8)
        .build();
    column.append(&search);
    let scrolled = gtk::ScrolledWindow::builder().child(&list).vexpand(true);
    column.append(&scrolled.build());
    column.append(&start);

    let found = list.downgrade();
    search.connect_search_changed(move |search| {
        if let Some(list) = found.upgrade() {
            on_search(search, &list);
        }
    });
    start.connect_clicked(move |start| {
        on_start(start, &list, address);
    });
    let window = gtk::Window::builder().title("Downloads").child(&column);
    let window = window.default_width(480).default_height(320).build();
    window.present();
    window
}

/// Shows the rows whose names contain a text, once nobody types any more.
#[glib_coro::coroutine(overlap = "restart")]
async fn on_search(search: &gtk::SearchEntry, list: &gtk::ListBox) {
    sleep(TYPING).await;
    let text = search.text();
    list.set_filter_func(move |row| row.widget_name().contains(&*text));
}

/// Downloads everything. Until that is over, further clicks are ignored.
#[glib_coro::coroutine(overlap = "drop")]
async fn on_start(start: &gtk::Button, list: &gtk::ListBox, address: SocketAddr) {
    let question = format!("Download {} files?", FILES.len());
    if !is_sure(start, &question).await {
        return;
    }
    start.set_label("Downloading …");
    while let Some(row) = list.first_child() {
        list.remove(&row);
    }
    let downloads = FILES.map(|(name, lines)| download(list, name, lines, address));
    for download in downloads {
        let _ = download.await; // over, or cancelled
    }
    start.set_label("Start");
}

/// Adds a row, and downloads for as long as it is there.
fn download(
    list: &gtk::ListBox,
    name: &str,
    lines: usize,
    address: SocketAddr,
) -> glib_coro::JoinHandle<()> {
    let bar = gtk::ProgressBar::builder()
        .text(name)
        .show_text(true)
        .hexpand(true)
        .valign(gtk::Align::Center)
        .build();
    let cancel = gtk::Button::with_label("Cancel");
    let line = gtk::Box::new(gtk::Orientation::Horizontal, 8);
    line.append(&bar);
    line.append(&cancel);
    let row = gtk::ListBoxRow::builder().name(name).child(&line).build();
    list.append(&row);
    cancel.connect_clicked(on_cancel);

    let name = name.to_owned();
    spawn_for(&row, move |_: Bound<gtk::ListBoxRow>| async move {
        // The bar is inside the row and does not keep it.
        let outcome = fetch(address, lines, |share| bar.set_fraction(share)).await;
        cancel.set_sensitive(false);
        let outcome = match outcome {
            Ok(()) => format!("{name} is here"),
            Err(error) => format!("{name}: {error}"),
        };
        bar.set_text(Some(&outcome));
        Log::Plain.line(outcome);
    })
}

async fn fetch(
    address: SocketAddr,
    lines: usize,
    mut progress: impl FnMut(f64),
) -> Result<(), Box<dyn Error>> {
    let mut download = Download::begin(address, &format!("/stream?lines={lines}")).await?;
    let mut seen = 0;
    while let Some(piece) = download.next().await? {
        seen += piece.iter().filter(|byte| **byte == b'\n').count();
        progress(seen as f64 / lines as f64);
    }
    Ok(())
}

/// Removes the row that a button is in, after a question. A second click does not ask again.
#[glib_coro::coroutine(detach, overlap = "drop", per = cancel)]
async fn on_cancel(cancel: &gtk::Button) {
    if !is_sure(cancel, "Cancel this download?").await {
        return;
    }
    // By now the download may be over, or the row gone.
    let row = cancel.ancestor(gtk::ListBoxRow::static_type());
    let list = cancel.ancestor(gtk::ListBox::static_type());
    if let (Some(row), Some(list)) = (row, list.and_downcast::<gtk::ListBox>())
        && cancel.is_sensitive()
    {
        list.remove(&row);
        Log::Plain.line(format_args!("{} is cancelled", row.widget_name()));
    }
}

/// Asks, and waits for the answer.
async fn is_sure(asking: &impl IsA<gtk::Widget>, question: &str) -> bool {
    let dialog = gtk::MessageDialog::builder()
        .modal(true)
        .text(question)
        .buttons(gtk::ButtonsType::YesNo)
        .build();
    let window = asking.root().and_downcast::<gtk::Window>();
    dialog.set_transient_for(window.as_ref());
    let answer = dialog.run_future().await;
    dialog.destroy();
    answer == gtk::ResponseType::Yes
}
