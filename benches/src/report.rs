//! What people read, made from the figures.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::chart;
use crate::figures::{Figure, Figures};
use crate::limits::{LIMITS, Limit, obstacle};
use crate::statistics::{Spread, figure};
use crate::subjects::{self, Subject};
use crate::table::Table;

/// Where the report and its charts are, below the workspace.
pub const FOLDER: &str = "docs/benchmarks";
/// The file of figures in there.
pub const FIGURES: &str = "figures.tsv";

const BEGIN: &str = "<!-- begin generated -->\n";
const END: &str = "<!-- end generated -->\n";

/// Ours, as the limits judge them.
const OURS: [&str; 2] = ["glib-coro on GLib", "glib-coro on Standalone"];
/// Where the loop makes no difference.
const BUILDS: [&str; 2] = ["glib-coro", "glib-coro, #[coroutine]"];

/// All files of the report: their names and what is in them.
pub fn files(figures: &Figures) -> BTreeMap<String, String> {
    let mut files = BTreeMap::from([("README.md".to_owned(), page(figures))]);
    for subject in subjects::all() {
        let bars: Vec<&Figure> = figures
            .of(subject.key)
            .filter(|f| f.unit != INSTRUCTIONS)
            .collect();
        if !bars.is_empty() {
            let chart = chart::draw(subject.title, &bars);
            files.insert(format!("{}.svg", subject.key), chart);
        }
    }
    files
}

/// The unit of counted instructions, which have a table of their own.
pub const INSTRUCTIONS: &str = "instructions";

/// The text with what is between its markers made anew.
///
/// # Panics
///
/// If there are no markers.
pub fn with_summary(text: &str, figures: &Figures) -> String {
    let (before, rest) = text.split_once(BEGIN).expect("the marker of the beginning");
    let (_, after) = rest.split_once(END).expect("the marker of the end");
    format!("{before}{BEGIN}{}{END}{after}", summary(figures))
}

/// What README shows of each subject, and what it is called there.
const SUMMARY: [(&str, &str, &str); 14] = [
    ("spawn", "10,000 at once", "spawn and join a task, ns"),
    ("yield", "1 task", "`yield_now` of one task, ns"),
    ("yield", "100 tasks", "`yield_now` of 100 tasks, ns"),
    (
        "wake",
        "10,000 sleep",
        "wake one beside 10,000 sleepers, ns",
    ),
    (
        "timeout",
        "set and cancelled",
        "a timeout set and cancelled, ns",
    ),
    ("ping-pong", "1 byte", "socket pair round trip, ns"),
    (
        "echo",
        "100 × 64 B",
        "TCP echo, 100 connections, 64 B, messages/s",
    ),
    (
        "http",
        "64 connections",
        "HTTP hello world with hyper, requests/s",
    ),
    ("threads", "one way", "wake from another thread, ns"),
    ("bytes", "1,000,000 asleep", "a sleeping task, bytes"),
    (
        "sleeps",
        "processor time",
        "100,000 sleeps within a second, processor s",
    ),
    (
        "sleeps",
        "lateness, 99th percentile",
        "and how late they end, 99th percentile, ms",
    ),
    (
        "descriptors",
        "10,000 descriptors",
        "a GLib iteration beside 10,000 descriptors, ns",
    ),
    (
        "window",
        "frames",
        "a window beside 1,000 endless yielders, frames/s",
    ),
];

const COLUMNS: [&str; 7] = [
    "glib-coro on GLib",
    "glib-coro on Standalone",
    "glib-rs",
    "tokio LocalSet",
    "tokio LocalRuntime",
    "smol",
    "floor",
];

fn summary(figures: &Figures) -> String {
    let heading = ["".to_owned()]
        .into_iter()
        .chain(COLUMNS.map(str::to_owned));
    let mut table = Table::new(1, heading);
    for (subject, quantity, title) in SUMMARY {
        let cell = |name: &str| {
            let found = figures.get(subject, quantity, name);
            found.map_or_else(String::new, |found| figure(found.spread().median))
        };
        table.row([title.to_owned()].into_iter().chain(COLUMNS.map(cell)));
    }
    let judged = judged(figures);
    format!(
        "{table}\nMedians of one run on {}, {}. The floor is the same work written by hand, with bare system calls. {judged} \
         [The report](docs/benchmarks/README.md) has all figures with their spread, charts, and the reason for each missed limit.\n",
        figures.about("processor"),
        figures.about("date"),
    )
}

/// How many limits are kept, of those that were measured, and how many the floor misses.
fn judged(figures: &Figures) -> String {
    let verdicts: Vec<_> = LIMITS
        .iter()
        .flat_map(|limit| verdicts(limit, figures))
        .collect();
    let (kept, missed): (Vec<_>, Vec<_>) = verdicts
        .iter()
        .partition(|(_, spread, limit)| limit.must.holds(spread.median));
    let out_of_reach = missed
        .iter()
        .filter(|(_, _, limit)| !floor_keeps(limit, figures))
        .count();
    format!(
        "{} of {} limits are kept. Of the {} that are missed, {out_of_reach} are out of reach: the floor misses them, too.",
        kept.len(),
        verdicts.len(),
        missed.len()
    )
}

/// Whether the floor keeps to a limit, or is none for it.
fn floor_keeps(limit: &Limit, figures: &Figures) -> bool {
    let floor = limit.floor(figures);
    floor.is_none_or(|floor| limit.must.holds(floor.median))
}

/// What each of ours reached.
pub fn verdicts<'l>(limit: &'l Limit, figures: &Figures) -> Vec<(&'static str, Spread, &'l Limit)> {
    let ours = OURS.into_iter().chain(BUILDS);
    ours.filter_map(|ours| Some((ours, limit.reached(figures, ours)?, limit)))
        .collect()
}

fn page(figures: &Figures) -> String {
    let mut page = String::from(
        "# Benchmarks\n\n\
         `make bench` made this page from the figures in [figures.tsv](figures.tsv); do not edit it. All contestants run with \
         their defaults, in the release profile, with the same allocator, and in turn (A B A B …). Each has one idle descriptor \
         registered and one far timer pending. Figures are medians, with the quartiles in parentheses. Ratios are taken within \
         each round, so that a noisy moment affects both sides. The *floor* is the same work written by hand, with bare system \
         calls and no runtime.\n\n\
         For work that waits for nothing from outside the process (spawn, coroutine, yield, wake, timeout, ping-pong, echo, \
         descriptors), \"time\" is the processor time of the whole process, including the kernel's part. On an idle \
         machine this equals elapsed time; on a busy one it leaves out the time that other processes took.\n\n",
    );
    let mut table = Table::new(2, ["".to_owned(), "".to_owned()]);
    for (key, value) in &figures.about {
        table.row([key.clone(), value.clone()]);
    }
    writeln!(page, "{table}").expect("memory");
    writeln!(page, "## Limits and aims\n\n{}\n", judged(figures)).expect("memory");
    for subject in subjects::all() {
        if let Some(text) = limits(&subject, figures) {
            writeln!(page, "{text}").expect("memory");
        }
    }
    for subject in subjects::all() {
        write!(page, "{}", section(&subject, figures)).expect("memory");
    }
    page
}

/// The table of one subject's limits, and what stands in the way of those that were missed.
fn limits(subject: &Subject, figures: &Figures) -> Option<String> {
    let ours = |limit: &&Limit| limit.subject == subject.key;
    let heading = [
        "what", "against", "whose", "reached", "limit", "aim", "floor", "",
    ];
    let mut table = Table::new(3, heading.map(str::to_owned));
    let mut obstacles: Vec<String> = Vec::new();
    let mut is_empty = true;
    for limit in LIMITS.iter().filter(ours) {
        for (name, spread, _) in verdicts(limit, figures) {
            is_empty = false;
            let must = limit.must.holds(spread.median);
            let aim = limit.aim.is_none_or(|aim| aim.holds(spread.median));
            let verdict = match (must, aim) {
                (false, _) if !floor_keeps(limit, figures) => "missed; so does the floor",
                (false, _) => "**missed**",
                (true, false) => "aim missed",
                (true, true) => "✓",
            };
            if !(must && aim)
                && let Some(obstacle) = obstacle(limit.subject, limit.quantity)
                && !obstacles.contains(&obstacle)
            {
                obstacles.push(obstacle);
            }
            table.row([
                limit.quantity.to_owned(),
                limit.against_text(),
                name.to_owned(),
                spread.to_string(),
                limit.must.text(),
                limit.aim.map_or_else(String::new, |aim| aim.text()),
                limit
                    .floor(figures)
                    .map_or_else(String::new, |floor| figure(floor.median)),
                verdict.to_owned(),
            ]);
        }
    }
    if is_empty {
        return None;
    }
    let mut text = format!("### {}\n\n{table}", subject.title);
    if !obstacles.is_empty() {
        text.push_str("\nWhat stands in the way:\n\n");
        for obstacle in obstacles {
            writeln!(text, "* {obstacle}").expect("memory");
        }
    }
    Some(text)
}

/// What was measured of one subject.
fn section(subject: &Subject, figures: &Figures) -> String {
    let mut text = format!("## {}\n\n{}\n\n", subject.title, subject.what);
    let all: Vec<&Figure> = figures.of(subject.key).collect();
    let (counted, measured): (Vec<&Figure>, Vec<&Figure>) = all
        .into_iter()
        .partition(|figure| figure.unit == INSTRUCTIONS);
    if !measured.is_empty() {
        writeln!(
            text,
            "![{}]({}.svg)\n",
            subject.title.replace('`', ""),
            subject.key
        )
        .expect("memory");
        let heading = ["what", "whose", "figure", "", "rounds"];
        let mut table = Table::new(2, heading.map(str::to_owned));
        for figure in measured {
            table.row([
                figure.quantity.clone(),
                figure.contestant.clone(),
                figure.spread().to_string(),
                figure.unit.clone(),
                figure.rounds.len().to_string(),
            ]);
        }
        writeln!(text, "{table}").expect("memory");
    }
    if !counted.is_empty() {
        text.push_str(
            "Instructions per operation outside the kernel, with a clock that stands still:\n\n",
        );
        let heading = ["what", "whose", "instructions"];
        let mut table = Table::new(2, heading.map(str::to_owned));
        for counted in counted {
            table.row([
                counted
                    .quantity
                    .trim_end_matches(": instructions")
                    .to_owned(),
                counted.contestant.clone(),
                figure(counted.rounds[0]),
            ]);
        }
        writeln!(text, "{table}").expect("memory");
    }
    for (_, note) in figures
        .notes
        .iter()
        .filter(|(about, _)| about == subject.key)
    {
        writeln!(text, "{note}\n").expect("memory");
    }
    text
}
