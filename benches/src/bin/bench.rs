//! The benchmarks: measures, keeps the figures, and writes the report.
//!
//! * `bench [--quick] [SUBJECT...]` measures all subjects or these. The full run keeps its figures in
//!   `docs/benchmarks`, the quick one in `target/bench-quick`.
//! * `bench count` counts instructions anew, which needs no quiet machine.
//! * `bench report` writes the report anew from the figures in `docs/benchmarks`.
//! * `bench subject [--quick] SUBJECT` measures one in this process; `bench part ...` is what subjects run as processes.

#![forbid(unsafe_code)]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Instant;
use std::{env, fs, process, thread};

use glib_coro_benches::figures::{Figure, Figures};
use glib_coro_benches::subjects::{self, Subject};
use glib_coro_benches::track::Plan;
use glib_coro_benches::{instructions, machine, report};
use rustix::process::{Resource, getrlimit, setrlimit};

/// What has its instructions counted.
const COUNTED: [(&str, &str); 8] = [
    ("spawn", "10,000 at once"),
    ("spawn", "one by one"),
    ("coroutine", "a coroutine, called and awaited"),
    ("yield", "1 task"),
    ("yield", "100 tasks"),
    ("wake", "none sleeps"),
    ("timeout", "set and cancelled"),
    ("ping-pong", "1 byte"),
];

fn main() {
    let args: Vec<String> = env::args().skip(1).collect();
    let (options, words): (Vec<&str>, Vec<&str>) = args
        .iter()
        .map(String::as_str)
        .partition(|arg| arg.starts_with('-'));
    if let Some(unknown) = options.iter().find(|option| **option != "--quick") {
        eprintln!(
            "{unknown} is no option\nusage: bench [--quick] [SUBJECT...], bench count, or bench report"
        );
        process::exit(2);
    }
    let is_quick = !options.is_empty();
    let plan = if is_quick { Plan::QUICK } else { Plan::FULL };
    match words[..] {
        ["part", "bytes", contestant, number] => subjects::bytes::in_process(contestant, number),
        ["part", "http", contestant] => subjects::http::in_process(contestant),
        ["part", "idle", contestant] => subjects::idle::in_process(contestant),
        ["subject", key] => {
            allow_many_descriptors();
            print!("{}", subject(key).measure(&plan));
        }
        ["count"] => count(),
        ["report"] => write_report(&folder(), &Figures::load(&folder().join(report::FIGURES))),
        ref keys => measure(keys, is_quick),
    }
}

fn subject(key: &str) -> Subject {
    subjects::find(key).unwrap_or_else(|| {
        let keys: Vec<_> = subjects::all().iter().map(|subject| subject.key).collect();
        panic!("no subject is called {key}; there are {}", keys.join(", "))
    })
}

fn folder() -> PathBuf {
    machine::root().join(report::FOLDER)
}

/// Measures, each subject in a process of its own.
fn measure(keys: &[&str], is_quick: bool) {
    let chosen: Vec<Subject> = if keys.is_empty() {
        subjects::all()
    } else {
        keys.iter().map(|key| subject(key)).collect()
    };
    let folder = if is_quick {
        machine::root().join("target/bench-quick")
    } else {
        folder()
    };
    let mut figures = Figures::load(&folder.join(report::FIGURES));
    figures.about = machine::about();
    for subject in &chosen {
        let start = Instant::now();
        eprint!("{} …", subject.title);
        let mut command = Command::new(env::current_exe().expect("this program"));
        command
            .args(["subject", subject.key])
            .args(is_quick.then_some("--quick"));
        let output = command
            .stdin(Stdio::null())
            .stderr(Stdio::inherit())
            .output();
        let output = output.expect("this program");
        figures.forget(subject.key);
        if output.status.success() {
            figures.extend(Figures::parse(&String::from_utf8_lossy(&output.stdout)));
        } else {
            figures.note(subject.key, "It failed, so there are no figures.");
        }
        eprintln!(" {:.0} s", start.elapsed().as_secs_f64());
        // What was measured is kept even if the rest is interrupted.
        fs::create_dir_all(&folder).expect("a folder for the report");
        fs::write(folder.join(report::FIGURES), figures.to_string()).expect("a file of figures");
    }
    if !is_quick {
        count_instructions(&chosen, &mut figures);
    }
    figures
        .about
        .push(("load after".to_owned(), machine::load()));
    sort(&mut figures);
    write_report(&folder, &figures);
    for (subject, note) in &figures.notes {
        eprintln!("{subject}: {note}");
    }
    eprintln!("The report is {}", folder.join("README.md").display());
}

/// Counts instructions once more, and leaves what was measured.
fn count() {
    let mut figures = Figures::load(&folder().join(report::FIGURES));
    figures
        .all
        .retain(|figure| figure.unit != report::INSTRUCTIONS);
    count_instructions(&subjects::all(), &mut figures);
    sort(&mut figures);
    write_report(&folder(), &figures);
}

/// Puts the figures in the order of their subjects.
fn sort(figures: &mut Figures) {
    let subjects = subjects::all();
    let order = |key: &str| subjects.iter().position(|subject| subject.key == key);
    figures.all.sort_by_key(|figure| order(&figure.subject));
}

/// Two at a time: none disturbs the other.
fn count_instructions(chosen: &[Subject], figures: &mut Figures) {
    let counted = chosen.iter().flat_map(|subject| {
        let is_counted = |quantity| COUNTED.contains(&(subject.key, quantity));
        let tracks = subject
            .tracks()
            .into_iter()
            .filter(move |track| is_counted(track.quantity));
        tracks.map(|track| (subject.key, track.quantity, track.contestant))
    });
    let counted: Vec<_> = counted.collect();
    if !machine::is_installed("valgrind") {
        for subject in chosen {
            figures.note(
                subject.key,
                "valgrind is not installed, so instructions were not counted; try `make deps`.",
            );
        }
        return;
    }
    eprintln!("instructions …");
    let (sender, receiver) = mpsc::channel();
    for half in 0..2 {
        let (sender, counted) = (sender.clone(), counted.clone());
        thread::spawn(move || {
            for (index, (subject, quantity, contestant)) in counted.into_iter().enumerate() {
                if index % 2 == half {
                    let count = instructions::count(subject, quantity, contestant);
                    let quantity = format!("{quantity}: instructions");
                    let figure = Figure::new(subject, &quantity, report::INSTRUCTIONS, contestant);
                    sender
                        .send((index, figure.with([count.all])))
                        .expect("somebody listens");
                }
            }
        });
    }
    drop(sender);
    let mut all: Vec<_> = receiver.into_iter().collect();
    assert_eq!(all.len(), counted.len(), "some could not be counted");
    all.sort_by_key(|(index, _)| *index);
    figures
        .all
        .extend(all.into_iter().map(|(_, figure)| figure));
}

/// Writes the report, its charts and the figures; into the README of the project what belongs there.
fn write_report(into: &Path, figures: &Figures) {
    fs::create_dir_all(into).expect("a folder for the report");
    let write = |path: PathBuf, text: String| fs::write(path, text).expect("a file of the report");
    write(into.join(report::FIGURES), figures.to_string());
    for (name, text) in report::files(figures) {
        write(into.join(name), text);
    }
    if into == folder() {
        let readme = machine::root().join("README.md");
        let text = fs::read_to_string(&readme).expect("README.md");
        write(readme, report::with_summary(&text, figures));
    }
}

/// A thousand connections of everybody take more descriptors than a shell allows by default.
fn allow_many_descriptors() {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    setrlimit(Resource::Nofile, limit).expect("up to the maximum it is allowed");
}
