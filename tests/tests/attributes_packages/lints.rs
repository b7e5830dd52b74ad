//! What clippy says about code with the attributes: nothing about the expansions, and all that it should about the bodies.

use crate::workspace::{Package, cargo, runtime, write};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

macro_rules! sources {
    ($($path:literal = $row:literal),*) => {
        vec![$(($path, include_str!(concat!("../../ui/lints/", $row)).to_owned())),*]
    };
}

/// Clippy's messages about the `targets` of a package, one a line. `None` where there is no clippy.
fn clippy(
    name: &'static str,
    targets: &'static str,
    sources: Vec<(&'static str, String)>,
) -> Option<String> {
    let dependencies = format!("glib-coro = {{ {} }}", runtime());
    let package = Package {
        name,
        edition: "2024",
        dependencies,
        sources,
    };
    let folder = write(name, &[package]);
    if !cargo(&folder, &["clippy", "--version"]).starts_with("clippy") {
        eprintln!("SKIPPED: there is no clippy here");
        return None;
    }
    let arguments = ["clippy", targets, "--message-format=short"];
    Some(cargo(&folder, &arguments))
}

// P23, P50
#[test]
fn a_strict_crate_has_nothing_to_complain_of() {
    let Some(output) = clippy(
        "strict",
        "--all-targets",
        sources![
            "src/lib.rs" = "p23_library.rs",
            "src/main.rs" = "p23_program.rs",
            "tests/all.rs" = "p23_tests.rs"
        ],
    ) else {
        return;
    };
    let said: Vec<&str> = output
        .lines()
        .filter(|line| line.contains("warning") || line.contains("error"))
        .collect();
    assert!(said.is_empty(), "{output}");
    assert!(output.contains("Finished"), "{output}");
}

/// Each line with a mistake ends in `//~` and a part of what clippy says: those lines have one message each, and no others have any.
#[test]
fn a_borrow_held_across_an_await_is_seen_once() {
    const ROW: &str = "held_across_await.rs";
    let sources = sources!["src/main.rs" = "held_across_await.rs"];
    let Some(output) = clippy("held", "--tests", sources) else {
        return;
    };
    let row = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("ui/lints")
        .join(ROW);
    let text = fs::read_to_string(row).expect("the row can be read");
    let expected: BTreeSet<(usize, &str)> = (1..)
        .zip(text.lines())
        .filter_map(|(number, line)| Some((number, line.split_once("//~ ")?.1)))
        .collect();
    assert!(!expected.is_empty());
    let said: Vec<(usize, &str)> = output.lines().filter_map(warning).collect();
    for (number, part) in &expected {
        let about = said.iter().filter(|(line, _)| line == number);
        let texts: Vec<&str> = about.map(|(_, text)| *text).collect();
        assert_eq!(texts.len(), 1, "line {number}:\n{output}");
        assert!(texts.iter().all(|text| text.contains(part)), "{output}");
    }
    let lines: BTreeSet<usize> = said.iter().map(|(line, _)| *line).collect();
    assert_eq!(lines.len(), expected.len(), "{output}");
}

/// Reads `held/src/main.rs:4:5: warning: words`.
fn warning(line: &str) -> Option<(usize, &str)> {
    let (place, text) = line.split_once(": warning: ")?;
    let line = place.split(':').nth(1)?.parse().ok()?;
    Some((line, text))
}
