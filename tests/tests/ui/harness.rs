//! Mistakes in `#[glib_coro::test]` functions, compiled as tests.
//!
//! Each line with a mistake ends in `//~` and a part of its error: code or words. Exactly those lines must have one error each.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// File, line, and the text of the error or a part of it.
type Mistake = (String, usize, String);

pub(crate) fn check() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let rows = rows(&root.join("ui/harness"));
    let expected: Vec<Mistake> = rows.iter().flat_map(|row| annotations(row)).collect();
    assert!(!expected.is_empty(), "no row expects an error");
    let project = project(root, &rows);
    let output = compile(&project);
    let reported: Vec<Mistake> = output.lines().filter_map(error).collect();

    let mut wrong = String::new();
    for (file, line, text) in &reported {
        let known = expected
            .iter()
            .any(|mistake| mistake.0 == *file && mistake.1 == *line && text.contains(&mistake.2));
        if !known {
            writeln!(wrong, "not expected: {file}:{line}: {text}").unwrap();
        }
    }
    for (file, line, part) in &expected {
        let count = reported
            .iter()
            .filter(|mistake| mistake.0 == *file && mistake.1 == *line)
            .count();
        if count != 1 {
            writeln!(
                wrong,
                "{count} errors instead of one: {file}:{line}: {part}"
            )
            .unwrap();
        }
    }
    assert!(wrong.is_empty(), "{wrong}\nThe compiler said:\n{output}");
}

fn rows(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("the folder is there");
    let rows: BTreeSet<PathBuf> = entries
        .map(|entry| entry.expect("the folder can be read").path())
        .collect();
    rows.into_iter().collect()
}

fn annotations(row: &Path) -> Vec<Mistake> {
    let source = fs::read_to_string(row).expect("the row can be read");
    let mistakes = source.lines().enumerate().filter_map(|(index, line)| {
        let (_, part) = line.split_once("//~ ")?;
        Some((name(row), index + 1, part.to_owned()))
    });
    mistakes.collect()
}

fn name(path: &Path) -> String {
    path.file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

/// Writes a package whose tests are the rows.
fn project(root: &Path, rows: &[PathBuf]) -> PathBuf {
    let project = Path::new(env!("CARGO_TARGET_TMPDIR")).join("harness");
    let mut manifest = format!(
        "[package]\nname = \"glib-coro-harness\"\nedition = \"2024\"\nautotests = false\n\n\
         [lib]\npath = \"lib.rs\"\n\n[workspace]\n\n\
         [dependencies]\nglib-coro = {{ path = {:?}, default-features = false, features = {:?} }}\n",
        root.join("../runtime"),
        if cfg!(feature = "glib") {
            vec!["glib", "net"]
        } else {
            vec!["net"]
        },
    );
    for row in rows {
        write!(
            manifest,
            "\n[[test]]\nname = {:?}\npath = {row:?}\n",
            name(row)
        )
        .unwrap();
    }
    fs::create_dir_all(&project).expect("the target directory can be written");
    fs::write(project.join("lib.rs"), "").expect("the target directory can be written");
    fs::write(project.join("Cargo.toml"), manifest).expect("the target directory can be written");
    // The versions that are built and on the disk already.
    fs::copy(root.join("../Cargo.lock"), project.join("Cargo.lock"))
        .expect("the workspace has a lock file");
    project
}

fn compile(project: &Path) -> String {
    let output = Command::new(env!("CARGO"))
        .args(["check", "--tests", "--keep-going", "--offline", "--quiet"])
        .arg("--message-format=short")
        .arg("--manifest-path")
        .arg(project.join("Cargo.toml"))
        .arg("--target-dir")
        .arg(Path::new(env!("CARGO_TARGET_TMPDIR")).join("target"))
        .env_remove("RUSTFLAGS")
        .output()
        .expect("cargo runs");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Reads `path/f60_row.rs:4:5: error[E0308]: mismatched types`.
fn error(line: &str) -> Option<Mistake> {
    let (place, text) = line.split_once(": error")?;
    let mut parts = place.rsplitn(3, ':');
    let (_column, line) = (parts.next()?, parts.next()?.parse().ok()?);
    let path = parts.next()?;
    Some((name(Path::new(path)), line, text.to_owned()))
}
