//! How the attributes find the runtime: rows P16, P51 and F75, which need packages of their own.
#![forbid(unsafe_code)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// One of everything that looks the runtime up.
const PROGRAM: &str = r#"
#[RUNTIME::coroutine(OPTIONS)]
async fn greet(name: &str) -> String {
    RUNTIME::yield_now().await;
    format!("Hello {name}")
}

#[RUNTIME::test(OPTIONS)]
async fn greets() {
    assert_eq!(greet("World").await.unwrap(), "Hello World");
}

#[RUNTIME::main(OPTIONS)]
async fn main() {
    assert_eq!(greet("World").await.unwrap(), "Hello World");
}
"#;

struct Package {
    name: &'static str,
    edition: &'static str,
    dependencies: String,
    source: (&'static str, String),
}

fn program(runtime: &str, options: &str) -> (&'static str, String) {
    let source = PROGRAM
        .replace("(OPTIONS)", options)
        .replace("RUNTIME", runtime);
    ("main.rs", source)
}

#[test]
fn every_way_to_depend_on_the_runtime() {
    let runtime = Path::new(env!("CARGO_MANIFEST_DIR")).join("../runtime");
    let place = format!(
        "path = {runtime:?}, default-features = false, features = {:?}",
        if cfg!(feature = "glib") {
            vec!["glib", "net"]
        } else {
            vec!["net"]
        }
    );
    let packages = [
        Package {
            name: "own_name",
            edition: "2024",
            dependencies: format!("glib-coro = {{ {place} }}"),
            source: program("glib_coro", ""),
        },
        // P16, P51
        Package {
            name: "renamed",
            edition: "2021",
            dependencies: format!("gc = {{ package = \"glib-coro\", {place} }}"),
            source: program("gc", ""),
        },
        // P16
        Package {
            name: "renamed_by_the_workspace",
            edition: "2021",
            dependencies: "coro-rt.workspace = true".to_owned(),
            source: program("coro_rt", ""),
        },
        Package {
            name: "facade",
            edition: "2024",
            dependencies: format!("glib-coro = {{ {place} }}"),
            source: ("lib.rs", "pub use glib_coro;\n".to_owned()),
        },
        Package {
            name: "told",
            edition: "2024",
            dependencies: "facade = { path = \"../facade\" }".to_owned(),
            source: program("facade::glib_coro", "(crate = facade::glib_coro)"),
        },
        // F75
        Package {
            name: "lost",
            edition: "2024",
            dependencies: "facade = { path = \"../facade\" }".to_owned(),
            source: (
                "main.rs",
                "#[facade::glib_coro::coroutine]\nasync fn f() {}\n\n\
                 #[facade::glib_coro::test]\nasync fn t() {}\n\n\
                 #[facade::glib_coro::main]\nasync fn main() -> Result<(), String> {\n    \
                 f().await;\n    Ok(())\n}\n"
                    .to_owned(),
            ),
        },
    ];
    let workspace = write(&packages, &place);

    let output = cargo(&workspace, &["test", "--workspace", "--exclude", "lost"]);
    assert_eq!(
        output.matches("test greets ... ok").count(),
        4,
        "in every package:\n{output}"
    );

    let output = cargo(
        &workspace,
        &["check", "-p", "lost", "--tests", "--message-format=short"],
    );
    let mut errors: Vec<&str> = output
        .lines()
        .filter(|line| line.contains(": error"))
        .collect();
    errors.sort_unstable();
    let message = "error: cannot find `glib-coro` in `Cargo.toml`; add it or pass `crate = path`";
    let expected = [1, 4, 7].map(|line| format!("lost/src/main.rs:{line}:1: {message}"));
    assert_eq!(errors, expected, "{output}");
}

/// Writes a workspace of the packages.
fn write(packages: &[Package], place: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("packages");
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
        create(
            &folder.join("src").join(package.source.0),
            &package.source.1,
        );
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

fn cargo(workspace: &Path, arguments: &[&str]) -> String {
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
