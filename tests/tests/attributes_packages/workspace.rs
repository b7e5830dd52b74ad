//! Packages that are written, compiled and run by the tests.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A package of a workspace.
pub(crate) struct Package {
    pub(crate) name: &'static str,
    pub(crate) edition: &'static str,
    pub(crate) dependencies: String,
    /// Paths within the package, and texts.
    pub(crate) sources: Vec<(&'static str, String)>,
}

/// Where the runtime is, as a dependency's table has it.
pub(crate) fn runtime() -> String {
    runtime_with(if cfg!(feature = "glib") {
        &["glib", "net"]
    } else {
        &["net"]
    })
}

/// The same with these features.
pub(crate) fn runtime_with(features: &[&str]) -> String {
    let runtime = Path::new(env!("CARGO_MANIFEST_DIR")).join("../runtime");
    format!("path = {runtime:?}, default-features = false, features = {features:?}")
}

/// Writes a workspace of the packages.
pub(crate) fn write(name: &str, packages: &[Package]) -> PathBuf {
    let place = runtime();
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let members: Vec<&str> = packages.iter().map(|package| package.name).collect();
    let manifest = format!(
        "[workspace]\nmembers = {members:?}\nresolver = \"3\"\n\n\
         [workspace.dependencies]\ncoro-rt = {{ package = \"glib-coro\", {place} }}\n"
    );
    create(&root.join("Cargo.toml"), &manifest);
    for package in packages {
        let folder = root.join(package.name);
        let manifest = format!(
            "[package]\nname = {:?}\nedition = {:?}\n\n[dependencies]\n{}\n",
            package.name, package.edition, package.dependencies
        );
        create(&folder.join("Cargo.toml"), &manifest);
        for (path, text) in &package.sources {
            create(&folder.join(path), text);
        }
    }
    // The versions that are built and on the disk already.
    let lock = Path::new(env!("CARGO_MANIFEST_DIR")).join("../Cargo.lock");
    fs::copy(lock, root.join("Cargo.lock")).expect("the workspace has a lock file");
    root
}

fn create(path: &Path, text: &str) {
    let folder = path.parent().expect("a file is in a folder");
    fs::create_dir_all(folder).expect("the target directory can be written");
    fs::write(path, text).expect("the target directory can be written");
}

/// What cargo says on both streams.
pub(crate) fn cargo(workspace: &Path, arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO"))
        .args(arguments)
        .arg("--offline")
        .current_dir(workspace)
        .env(
            "CARGO_TARGET_DIR",
            Path::new(env!("CARGO_TARGET_TMPDIR")).join("target"),
        )
        .env_remove("RUSTFLAGS")
        .output()
        .expect("cargo runs");
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}
