//! Counts the rows of the attributes' specification: F01 to F90, what they refuse, and P01 to P64, what they accept.
//!
//! A row is covered by a file that is named after it, like `f14_mut_ref.rs`, or by a comment above a test that consists of its id, like
//! `// P16`. Every other row has its reason here.
#![forbid(unsafe_code)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// How many rows there are of each kind.
const ROWS: [(char, u32); 2] = [('F', 90), ('P', 64)];

/// The rows that are not covered yet.
const UNCOVERED: [(&str, &str); 1] = [("F78", "there is no `send` option")];

/// Where files are named after rows, and everything is run.
const NAMED: [&str; 8] = [
    "tests/ui/fail",
    "tests/ui/rustc",
    "tests/ui/rustc_glib",
    "tests/ui/harness",
    "tests/ui/pass",
    "tests/ui/lints",
    "tests/ui/expanded",
    "runtime/tests",
];

/// Where a test may carry its rows in a comment.
const COMMENTED: [&str; 6] = [
    "tests/gtk/attributes.rs",
    "tests/gtk/clicks.rs",
    "tests/tests/attributes_packages.rs",
    "tests/tests/attributes_packages/expanded.rs",
    "tests/tests/attributes_packages/lints.rs",
    "macros/src/expand/tests.rs",
];

#[test]
fn every_row_is_covered_or_has_a_reason() {
    let covered = covered();
    let uncovered: BTreeMap<&str, &str> = UNCOVERED.into();
    let rows: BTreeSet<String> = ROWS
        .iter()
        .flat_map(|(kind, last)| (1..=*last).map(move |row| format!("{kind}{row:02}")))
        .collect();
    let missing: Vec<&String> = rows
        .iter()
        .filter(|row| !covered.contains(*row) && !uncovered.contains_key(row.as_str()))
        .collect();
    assert!(
        missing.is_empty(),
        "neither tested nor explained: {missing:?}"
    );
    let stale: Vec<&&str> = uncovered
        .keys()
        .filter(|row| covered.contains(**row) || !rows.contains(**row))
        .collect();
    assert!(stale.is_empty(), "explained without need: {stale:?}");
    let unknown: Vec<&String> = covered.difference(&rows).collect();
    assert!(unknown.is_empty(), "no such rows: {unknown:?}");
    // Past the harness, which shows only what a failing test prints.
    let _ = writeln!(
        io::stderr(),
        "attributes: {} of {} rows are covered, {} have a reason not to be",
        covered.len(),
        rows.len(),
        uncovered.len()
    );
}

fn covered() -> BTreeSet<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut covered = BTreeSet::new();
    for folder in NAMED {
        covered.extend(
            files(&root.join(folder))
                .iter()
                .filter_map(|file| row_of(file)),
        );
    }
    // These run only if they are named once more.
    let list = root.join("tests/tests/attributes.rs");
    let list = fs::read_to_string(list).expect("the list can be read");
    for file in files(&root.join("tests/tests/attributes")) {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let line = format!("#[path = \"attributes/{name}\"]");
        assert!(list.contains(&line), "{name} is not in the list of tests");
        covered.extend(row_of(&file));
    }
    for file in COMMENTED {
        let text = fs::read_to_string(root.join(file)).expect("the test can be read");
        covered.extend(text.lines().flat_map(rows_in_comment));
    }
    covered
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("the folder is there");
    let paths = entries.map(|entry| entry.expect("the folder can be read").path());
    paths
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .collect()
}

/// `f14_mut_ref.rs` is F14.
fn row_of(file: &Path) -> Option<String> {
    let name = file.file_stem()?.to_str()?;
    let (id, _) = name.split_once('_')?;
    is_row(&id.to_uppercase()).then(|| id.to_uppercase())
}

/// The rows in `// P16, P51`. A sentence that mentions a row is no such line.
fn rows_in_comment(line: &str) -> Vec<String> {
    let line = line.trim_start();
    let Some(text) = line
        .strip_prefix("/// ")
        .or_else(|| line.strip_prefix("// "))
    else {
        return Vec::new();
    };
    let ids: Vec<String> = text.split(", ").map(str::to_owned).collect();
    if ids.iter().all(|id| is_row(id)) {
        ids
    } else {
        Vec::new()
    }
}

fn is_row(id: &str) -> bool {
    let digits = id.strip_prefix(['F', 'P']).unwrap_or_default();
    digits.len() == 2 && digits.bytes().all(|byte| byte.is_ascii_digit())
}
