//! Links in the documents lead somewhere: to a file of the repository, and to a heading where they name one. What is outside of the
//! repository is not looked at.

#![forbid(unsafe_code)]

use std::fs;
use std::path::{Path, PathBuf};

/// Every document of the repository.
fn documents(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_symlink() {
            continue; // its links are those of the file that it stands for
        }
        let name = path.file_name().expect("a name").to_string_lossy();
        if path.is_dir() && !name.starts_with('.') && name != "target" {
            documents(&path, found);
        } else if name.ends_with(".md") {
            found.push(path);
        }
    }
}

/// The lines of a document that are no code.
fn prose(text: &str) -> impl Iterator<Item = &str> {
    let mut in_code = false;
    text.lines().filter(move |line| {
        let is_fence = line.trim_start().starts_with("```");
        in_code ^= is_fence;
        !in_code && !is_fence
    })
}

/// What `[text](target)` and `src="target"` lead to.
fn targets(text: &str) -> Vec<&str> {
    let mut targets = Vec::new();
    for (opening, closing) in [("](", ')'), ("src=\"", '"')] {
        for line in prose(text) {
            let ends = line.split(opening).skip(1);
            targets.extend(ends.filter_map(|rest| rest.split(closing).next()));
        }
    }
    targets
}

/// The anchors that web pages of the document have, by GitHub's rule.
fn anchors(text: &str) -> Vec<String> {
    let headings = prose(text).filter(|line| line.starts_with('#'));
    let anchor = |heading: &str| {
        let heading = heading.trim_start_matches('#').trim().to_lowercase();
        let kept = heading
            .chars()
            .filter(|c| c.is_alphanumeric() || " -_".contains(*c));
        kept.map(|c| if c == ' ' { '-' } else { c }).collect()
    };
    headings.map(anchor).collect()
}

#[test]
fn links_lead_somewhere() {
    let mut found = Vec::new();
    documents(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join(".."),
        &mut found,
    );
    let read = |path: &Path| fs::read_to_string(path).expect("text");
    let mut checked = 0;
    for document in found {
        let text = read(&document);
        for target in targets(&text) {
            if target.contains("://") {
                continue;
            }
            let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
            let place = match file {
                "" => document.clone(),
                file => document.with_file_name(file),
            };
            assert!(place.exists(), "{}: {target}", document.display());
            let leads = anchor.is_empty() || anchors(&read(&place)).contains(&anchor.to_owned());
            assert!(leads, "{}: no heading for {target}", document.display());
            checked += 1;
        }
    }
    assert!(checked > 30, "only {checked} links were found");
}
