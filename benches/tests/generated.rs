//! What is made from the figures is what they say.

#![cfg(all(feature = "glib", feature = "peers"))]
#![forbid(unsafe_code)]

use std::fs;

use glib_coro_benches::figures::Figures;
use glib_coro_benches::limits::{LIMITS, obstacle};
use glib_coro_benches::{machine, report};

fn figures() -> Figures {
    Figures::load(&machine::root().join(report::FOLDER).join(report::FIGURES))
}

const REMEDY: &str = "write it anew with `make bench-report`";

#[test]
fn the_report_is_what_the_figures_say() {
    for (name, text) in report::files(&figures()) {
        let path = machine::root().join(report::FOLDER).join(name);
        let kept = fs::read_to_string(&path).unwrap_or_default();
        assert!(
            kept == text,
            "{} is not up to date; {REMEDY}",
            path.display()
        );
    }
}

#[test]
fn the_readme_is_what_the_figures_say() {
    let readme = fs::read_to_string(machine::root().join("README.md")).unwrap();
    assert!(
        report::with_summary(&readme, &figures()) == readme,
        "README.md is not up to date; {REMEDY}"
    );
}

#[test]
fn figures_are_read_as_they_were_written() {
    let figures = figures();
    assert!(!figures.all.is_empty());
    assert_eq!(Figures::parse(&figures.to_string()), figures);
}

#[test]
fn every_limit_is_judged_or_the_report_says_why_not() {
    let figures = figures();
    for limit in LIMITS {
        let is_judged = !report::verdicts(limit, &figures).is_empty();
        let is_excused = figures
            .notes
            .iter()
            .any(|(subject, _)| subject == limit.subject);
        assert!(is_judged || is_excused, "no figure for {limit:?}");
    }
}

#[test]
fn what_is_missed_has_a_reason() {
    let figures = figures();
    for limit in LIMITS {
        for (name, spread, _) in report::verdicts(limit, &figures) {
            let holds = limit.aim.unwrap_or(limit.must).holds(spread.median);
            assert!(
                holds || obstacle(limit.subject, limit.quantity).is_some(),
                "{name} reached {spread}: say in benches/obstacles.tsv what stands in the way of {limit:?}"
            );
        }
    }
}
