//! How the programs refuse and how they fail: one line on stderr, and status 2 or 1.

use std::fmt::Display;
use std::io;
use std::process::{self, ExitCode};
use std::time::{Duration, Instant};

use clap::Parser;

/// Parses the command line; ends the process with a refusal where it cannot.
pub fn parse<O: Parser>() -> O {
    O::try_parse().unwrap_or_else(|error| {
        if error.use_stderr() {
            refuse(O::command().get_name(), first_paragraph(&error));
        }
        error.exit() // the text that `--help` asked for
    })
}

/// Ends the process because it was asked for something that it does not do.
pub fn refuse(program: &str, reason: impl Display) -> ! {
    eprintln!("{program}: {reason}");
    process::exit(2)
}

/// The exit status of a program: a failure is printed and gives 1.
pub fn exit_code(program: &str, outcome: io::Result<()>) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{program}: {error}");
            ExitCode::FAILURE
        }
    }
}

/// clap's message without the hints below it, on one line.
fn first_paragraph(error: &clap::Error) -> String {
    let text = error.to_string();
    let text = text.strip_prefix("error: ").unwrap_or(&text);
    let lines = text.lines().map(str::trim);
    lines
        .take_while(|line| !line.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// Reads a time in seconds, for an option.
///
/// It must be one that a clock can show: not negative, not infinite, no longer than what is left
/// until the clock overflows.
pub fn seconds(text: &str) -> Result<Duration, String> {
    let number: f64 = text.parse().map_err(|_| "expected a number of seconds")?;
    if number.is_nan() || number < 0.0 {
        return Err("expected a time that is not negative".into());
    }
    let duration = Duration::try_from_secs_f64(number).ok();
    duration
        .filter(|duration| Instant::now().checked_add(*duration).is_some())
        .ok_or_else(|| "no clock runs that long".into())
}
