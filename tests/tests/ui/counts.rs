//! How many errors each refused row gives: the first line of its file says how many it must be.

use std::fs;
use std::path::Path;

/// Compares the count in `// F14: 4 errors` with the errors in the `.stderr` file, which must hold no warnings.
pub(crate) fn check() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("ui");
    let mut files = 0;
    for folder in ["fail", "rustc", "rustc_glib"] {
        for entry in fs::read_dir(root.join(folder)).expect("the folder is there") {
            let path = entry.expect("the folder can be read").path();
            if path.extension().is_some_and(|extension| extension == "rs") {
                row(&path);
                files += 1;
            }
        }
    }
    assert!(files > 0, "no rows in {}", root.display());
}

fn row(path: &Path) {
    let source = fs::read_to_string(path).expect("the row can be read");
    let header = source.lines().next().unwrap_or_default();
    let (id, count) = header
        .strip_prefix("// ")
        .and_then(|header| header.split_once(": "))
        .unwrap_or_else(|| panic!("{} does not start with `// F00: N errors`", path.display()));
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    assert!(
        stem.starts_with(&format!("{}_", id.to_lowercase())),
        "{stem} holds {id}"
    );
    let expected: usize = count
        .split(' ')
        .next()
        .and_then(|count| count.parse().ok())
        .unwrap_or_else(|| panic!("{count:?} is no number of errors in {stem}"));
    let messages = fs::read_to_string(path.with_extension("stderr"))
        .unwrap_or_else(|error| panic!("the messages of {stem}: {error}"));
    let begins = |word: &str| {
        messages
            .lines()
            .filter(|line| line.starts_with(word))
            .count()
    };
    assert_eq!(begins("error"), expected, "errors in {stem}");
    assert_eq!(begins("warning"), 0, "warnings in {stem}");
}
