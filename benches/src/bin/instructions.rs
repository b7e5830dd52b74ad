//! The micro subjects as callgrind sees them, and the gate for those who make them slower.
//!
//! * `instructions run SUBJECT QUANTITY CONTESTANT` does the work; callgrind counts what `counted` does.
//! * `instructions check` compares with the figures of `benches/instructions.toml`; `instructions update` writes them.
//!
//! The clock stands still here: a runtime looks outside and ends its turns by the clock, and under callgrind, which
//! slows everything but the clock, it would do so at other places in every run.

use std::ffi::c_int;
use std::fmt::Write;
use std::path::PathBuf;
use std::process::{Command, ExitCode};
use std::{env, fs};

use glib_coro_benches::contestants::{Contestant, OursOnStandalone};
use glib_coro_benches::instructions;
use glib_coro_benches::machine::{is_installed, stop_processor_time};
use glib_coro_benches::subjects;
use glib_coro_benches::track::Run;

/// Five ways through the core. On the built-in loop, as a GLib of another version has other instructions.
const GATE: [(&str, &str); 5] = [
    ("spawn", "10,000 at once"),
    ("coroutine", "a coroutine, called and awaited"),
    ("yield", "100 tasks"),
    ("wake", "none sleeps"),
    ("timeout", "set and cancelled"),
];

/// How much more is too much.
const TOLERANCE: f64 = 1.05;

/// How to write new figures.
const UPDATE: &str = "make instructions";

/// What time it is, for all of this program: always the same.
///
/// # Safety
///
/// `time` points to a `timespec`, as `clock_gettime` demands.
// SAFETY: the name is libc's and so is the meaning: the program has no other definition of it, and none relies on
// time that goes by.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clock_gettime(_: c_int, time: *mut libc::timespec) -> c_int {
    // SAFETY: whoever calls it hands over a place to write to.
    unsafe {
        (*time).tv_sec = 1_000_000;
        (*time).tv_nsec = 0;
    }
    0
}

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match args[..] {
        ["run", subject, quantity, contestant] => run(subject, quantity, contestant),
        ["check"] => return check(),
        ["update"] => fs::write(path(), text()).expect("the file can be written"),
        _ => panic!("usage: instructions check | update | run SUBJECT QUANTITY CONTESTANT"),
    }
    ExitCode::SUCCESS
}

fn run(subject: &str, quantity: &str, contestant: &str) {
    stop_processor_time();
    let tracks = subjects::find(subject).expect("a subject").tracks();
    let mut tracks = tracks.into_iter();
    let track = tracks.find(|t| (t.quantity, t.contestant) == (quantity, contestant));
    let track = track.expect("somebody who takes part");
    let batches = (10_000 / track.batch).max(1);
    let mut run = track.prepare();
    // Memory is asked for and tables grow once.
    run(batches);
    counted(&mut run, batches);
    println!("{}", batches * track.batch);
}

/// What callgrind counts, by its name.
#[inline(never)]
fn counted(run: &mut Run, batches: u64) {
    run(batches);
}

/// Where the figures are kept.
fn path() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/instructions.toml"))
}

fn rustc() -> String {
    let output = Command::new("rustc")
        .arg("--version")
        .output()
        .expect("rustc runs");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

fn measured() -> impl Iterator<Item = (String, f64)> {
    GATE.into_iter().map(|(subject, quantity)| {
        let count = instructions::count(subject, quantity, OursOnStandalone::NAME);
        (format!("{subject}: {quantity}"), count.own)
    })
}

fn text() -> String {
    let mut text = format!(
        "# Instructions per operation, on the built-in loop: those of Rust code, without malloc and the kernel.\n\
         # `make test` fails where they grow by more than 5 %. `{UPDATE}` writes them anew.\n\
         rustc = \"{}\"\n\n[instructions]\n",
        rustc()
    );
    for (name, count) in measured() {
        writeln!(text, "\"{name}\" = {count:.1}").expect("memory");
    }
    text
}

fn check() -> ExitCode {
    if !is_installed("valgrind") {
        eprintln!(
            "instructions: valgrind is not installed; try `scripts/install-deps.sh valgrind`"
        );
        return ExitCode::FAILURE;
    }
    let kept = fs::read_to_string(path()).expect("the figures are in the repository");
    let value = |key: &str| {
        let line = kept
            .lines()
            .find_map(|line| line.strip_prefix(&format!("{key} = ")));
        line.map(|value| value.trim_matches('"').to_owned())
    };
    let (theirs, ours) = (value("rustc").unwrap_or_default(), rustc());
    // Compilers differ by more than five in a hundred, so the figures of another one say nothing about the change
    // that is checked.
    let is_same = theirs == ours;
    let mut is_good = true;
    for (name, count) in measured() {
        let kept = value(&format!("\"{name}\"")).and_then(|number| number.parse::<f64>().ok());
        let Some(kept) = kept else {
            eprintln!("instructions: no figure for {name}; write it with `{UPDATE}`");
            is_good = false;
            continue;
        };
        let change = (count / kept - 1.0) * 100.0;
        println!("{name}: {count:.0} instructions, {change:+.1} %");
        if is_same && count > kept * TOLERANCE {
            eprintln!(
                "instructions: {name} takes {count:.0} where it took {kept:.0}, {change:+.1} %. If that is the price of \
                 something, write the new figures with `{UPDATE}` and say in the commit what it is the price of"
            );
            is_good = false;
        }
    }
    if !is_same {
        eprintln!(
            "instructions: warning: the figures are those of {theirs}, this is {ours}: nothing was judged. \
             Write its own with `{UPDATE}`, on a tree that is known to be good"
        );
        return ExitCode::SUCCESS;
    }
    if is_good {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
