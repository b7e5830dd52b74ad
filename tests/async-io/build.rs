//! Finds async-io's published tests where cargo put its sources, and marks those that are left out.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The files, and the names of the modules that they become.
const FILES: [(&str, &str); 4] = [
    ("async.rs", "async_io_async"),
    ("block_on.rs", "async_io_block_on"),
    ("issue_182.rs", "async_io_issue_182"),
    ("timer.rs", "async_io_timer"),
];

/// What is left out, and why. All else runs as it is.
const LEFT_OUT: [(&str, &str, &str); 1] = [(
    "timer.rs",
    "interval",
    "`Timer::interval` is no `Sleep`; and it asserts that a machine is never half a second late",
)];

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=../../Cargo.lock");
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap());
    let tests = source_of("async-io").join("tests");
    let mut published: Vec<_> = fs::read_dir(&tests)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    published.sort();
    assert_eq!(
        published,
        FILES.map(|(file, _)| file),
        "they publish others"
    );
    let mut modules = String::new();
    for (file, module) in FILES {
        let mut text = fs::read_to_string(tests.join(file)).unwrap();
        for (_, test, why) in LEFT_OUT.into_iter().filter(|left_out| left_out.0 == file) {
            let head = format!("#[test]\nfn {test}()");
            assert!(text.contains(&head), "{file} has no test `{test}` any more");
            text = text.replace(&head, &format!("#[ignore = {why:?}]\n{head}"));
        }
        let copy = out.join(file);
        fs::write(&copy, text).unwrap();
        modules += &format!("#[path = {copy:?}]\nmod {module};\n");
    }
    fs::write(out.join("suite.rs"), modules).unwrap();
}

/// The folder into which cargo unpacked a package.
fn source_of(package: &str) -> PathBuf {
    let metadata = Command::new(env::var_os("CARGO").unwrap())
        .args(["metadata", "--format-version=1", "--locked"])
        .output()
        .expect("cargo runs");
    let text = String::from_utf8_lossy(&metadata.stdout);
    let manifests = text.split("\"manifest_path\":\"").skip(1);
    let mut paths = manifests.map(|rest| Path::new(&rest[..rest.find('"').unwrap()]));
    let is_wanted = |path: &&Path| {
        let folder = path.parent().and_then(|folder| folder.file_name());
        let version = folder.and_then(|folder| folder.to_str()?.strip_prefix(package));
        version.is_some_and(|version| version.starts_with("-2"))
    };
    let Some(manifest) = paths.find(is_wanted) else {
        let errors = String::from_utf8_lossy(&metadata.stderr);
        panic!("`cargo metadata` does not know {package}: {errors}");
    };
    manifest.parent().unwrap().to_owned()
}
