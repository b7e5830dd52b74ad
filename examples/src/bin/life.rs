//! Conway's Life on a board without edges.
//!
//! Always on GLib. The keys are told in the window; q, closing the window and Ctrl-C end it.
#![forbid(unsafe_code)]

use std::io;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use futures_util::FutureExt;
use glib_coro::select;
use glib_coro::signal::ctrl_c;
use glib_coro_examples::life::board::Board;
use glib_coro_examples::life::table::Table;
use glib_coro_examples::life::{game, pattern};
use glib_coro_examples::{cli, windows};

/// Conway's Life, to edit and to watch.
#[derive(Debug, Parser)]
#[command(name = "life", infer_long_args = true)]
struct Options {
    /// The time from one generation to the next
    #[arg(long, value_parser = cli::seconds, default_value = "0.5", value_name = "SECONDS", allow_hyphen_values = true)]
    step: Duration,
    /// Trace the information about the board on stderr
    #[arg(long)]
    verbose: bool,
    /// A pattern to begin with, in the format Life 1.05
    file: Option<PathBuf>,
}

#[glib_coro::main]
async fn main() -> ExitCode {
    let options: Options = cli::parse();
    cli::exit_code("life", run(options).await)
}

async fn run(options: Options) -> io::Result<()> {
    let board = match &options.file {
        Some(file) => pattern::load(file)?,
        None => Board::default(),
    };
    windows::start("life")?;
    let table = Table::open(options.verbose);
    table.field().set_board(board);
    table.field().home();
    select! {
        () = game::play(&table, options.step).fuse() => {}
        () = windows::closed(table.window()).fuse() => {}
        pressed = ctrl_c().fuse() => pressed?,
    }
    Ok(())
}
