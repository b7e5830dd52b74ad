//! Where a program's lines go.

use std::fmt::Display;
use std::io::{self, Write};
use std::process;

/// Prints lines on stdout, each flushed as it is printed.
#[derive(Clone, Copy, Debug)]
pub enum Log {
    /// Lines as they are.
    Plain,
    /// Lines marked with where they come from.
    Marked(&'static str),
    /// No lines.
    Quiet,
}

impl Log {
    /// Prints one line. Ends the process with status 1 when nobody can read it any more.
    pub fn line(self, line: impl Display) {
        let line = match self {
            Self::Plain => format!("{line}\n"),
            Self::Marked(mark) => format!("{mark:<9} | {line}\n"),
            Self::Quiet => return,
        };
        // Whole lines in one write: child processes print to the same place.
        let mut stdout = io::stdout().lock();
        if let Err(error) = stdout
            .write_all(line.as_bytes())
            .and_then(|()| stdout.flush())
        {
            eprintln!("cannot write to stdout: {error}");
            process::exit(1);
        }
    }
}
