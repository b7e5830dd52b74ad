//! Every crate that comes with a feature stands in docs/dependencies.md with its reason, and no other does. The trees
//! are those of programs outside of the workspace, as only there nobody else asks for features of shared crates.

#![cfg(feature = "glib")]
#![forbid(unsafe_code)]

#[path = "attributes_packages/workspace.rs"]
#[allow(dead_code, reason = "the tests of the attributes run the packages")]
mod workspace;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::process::Command;
use std::sync::LazyLock;

use workspace::{Package, runtime_with, write};

const DOCUMENT: &str = include_str!("../../docs/dependencies.md");
const MANIFEST: &str = include_str!("../../runtime/Cargo.toml");

/// What a program may gain that uses glib alone, and one that uses gtk4.
const LIMITS: [(&str, &str, usize); 2] = [("glib", "0.22", 14), ("gtk4", "0.11", 8)];

type Crates = BTreeSet<String>;

/// A program with nothing but these dependencies, told to a workspace that all of them share.
fn program(name: &'static str, dependencies: String) -> Package {
    Package {
        name,
        edition: "2024",
        dependencies,
        sources: vec![("src/lib.rs", String::new())],
    }
}

/// The features of the library, as its manifest has them, less `default`.
fn features() -> Vec<&'static str> {
    let (_, table) = MANIFEST.split_once("\n[features]\n").expect("a table");
    let (table, _) = table.split_once("\n[").expect("another table");
    let names = table.lines().filter_map(|line| line.split_once(" = "));
    names
        .map(|(name, _)| name)
        .filter(|name| *name != "default")
        .collect()
}

/// The crates of each section of the document, by the word in code quotes that its heading has.
fn sections() -> BTreeMap<&'static str, Crates> {
    let mut sections = BTreeMap::new();
    for section in DOCUMENT.split("\n## ").skip(1) {
        let (heading, text) = section.split_once('\n').expect("a text");
        let Some(name) = heading.split('`').nth(1) else {
            continue;
        };
        let rows = text.lines().filter_map(|line| line.strip_prefix("| `"));
        let crates = rows.map(|row| {
            let (name, reason) = row.split_once("` | ").expect("a name and a reason");
            assert!(reason.len() > 10, "{name}: what is the reason?");
            name.to_owned()
        });
        sections.insert(name, crates.collect());
    }
    sections
}

/// What is compiled for a package of the workspace, itself left out.
fn tree(package: &str, target: &str) -> Crates {
    let run = |more: &[&str]| {
        Command::new(env!("CARGO"))
            .args(["tree", "--quiet", "--package", package, "--target", target])
            .args(["--edges", "normal,build", "--prefix", "none", "--no-dedupe"])
            .args(["--format", "{p}"])
            .args(more)
            .current_dir(&*PROGRAMS)
            // What is documented is what users get, and not what this run chose, such as another backend.
            .env_remove("RUSTFLAGS")
            .env_remove("CARGO_ENCODED_RUSTFLAGS")
            .output()
            .expect("cargo runs")
    };
    // On a machine where nothing was ever built with some feature, that one's crates are not on the disk yet.
    let offline = run(&["--offline"]);
    let output = if offline.status.success() {
        offline
    } else {
        run(&[])
    };
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{package}: {errors}");
    let lines = String::from_utf8(output.stdout).expect("text");
    let names = lines.lines().filter_map(|line| line.split(' ').next());
    names
        .filter(|name| *name != package)
        .map(str::to_owned)
        .collect()
}

const LINUX: &str = "x86_64-unknown-linux-gnu";

/// One of each feature alone, and those that the limits are about.
static PROGRAMS: LazyLock<PathBuf> = LazyLock::new(|| {
    let mut packages = vec![program("bare", ours("", &[]))];
    for feature in features() {
        // Packages are written by the test and live as long as it does.
        let name: &'static str = format!("with-{feature}").leak();
        packages.push(program(name, ours("", &[feature])));
    }
    for (name, version, _) in LIMITS {
        let theirs = format!("{name} = {version:?}\n");
        let (alone, both) = (
            format!("{name}-alone").leak(),
            format!("{name}-and-ours").leak(),
        );
        packages.push(program(alone, theirs.clone()));
        packages.push(program(both, ours(&theirs, &["default"])));
    }
    write("dependencies", &packages)
});

fn ours(others: &str, features: &[&str]) -> String {
    format!("{others}glib-coro = {{ {} }}\n", runtime_with(features))
}

#[test]
fn every_crate_has_its_reason() {
    let mut documented = sections();
    let bare = tree("bare", LINUX);
    assert_eq!(
        documented.remove("default-features = false"),
        Some(bare.clone())
    );
    for feature in features() {
        let all = tree(&format!("with-{feature}"), LINUX);
        let added: Crates = all.difference(&bare).cloned().collect();
        let said = documented.remove(feature);
        assert_eq!(
            said,
            Some(added),
            "docs/dependencies.md on `{feature}`, and what cargo says"
        );
    }
    let elsewhere = documented.remove("polling");
    for target in ["x86_64-unknown-freebsd", "aarch64-apple-darwin"] {
        let all = tree("bare", target);
        let added = all.difference(&bare).cloned().collect();
        assert_eq!(
            elsewhere,
            Some(added),
            "docs/dependencies.md on `polling`, and {target}"
        );
    }
    assert_eq!(documented, BTreeMap::new(), "there is no such feature");
}

#[test]
fn programs_gain_few_crates() {
    let mut table = String::new();
    for (name, version, limit) in LIMITS {
        let alone = tree(&format!("{name}-alone"), LINUX);
        let both = tree(&format!("{name}-and-ours"), LINUX);
        let gained: Vec<_> = both.difference(&alone).map(String::as_str).collect();
        assert!(gained.len() <= limit, "{name}: {gained:?}");
        let listed = gained.join(", ");
        table += &format!(
            "| {name} {version} | {} | {limit} | {listed} |\n",
            gained.len()
        );
    }
    assert!(
        DOCUMENT.contains(&table),
        "docs/dependencies.md should have:\n{table}"
    );
}
