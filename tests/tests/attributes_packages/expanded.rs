//! The expansions as text, which is how `cargo expand` and editors show them: names have lost their hygiene there.

use crate::workspace::{Package, cargo, runtime, write};
use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Without macros of the standard library: those expand to what only the standard library may use.
const PROGRAM: &str = include_str!("../../ui/expanded/p64_expanded.rs");

// P64
#[test]
fn an_expansion_is_a_program() {
    let folder = write(
        "expanded",
        &[Package {
            name: "expanded",
            edition: "2024",
            dependencies: format!("glib-coro = {{ {} }}", runtime()),
            sources: vec![("src/main.rs", PROGRAM.to_owned())],
        }],
    );
    let built = cargo(&folder, &["build", "--message-format=json"]);
    let library = library(&built).unwrap_or_else(|| panic!("no library was built:\n{built}"));
    let rustc = |source: &Path, arguments: &[&str]| {
        let mut dependencies = std::ffi::OsString::from("dependency=");
        dependencies.push(library.parent().expect("a file is in a folder"));
        let mut glib_coro = std::ffi::OsString::from("glib_coro=");
        glib_coro.push(&library);
        let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
        let output = Command::new(rustc)
            .arg(source)
            .args(["--edition=2024", "--crate-name=expanded", "-L"])
            .arg(dependencies)
            .arg("--extern")
            .arg(glib_coro)
            .args(arguments)
            .env("RUSTC_BOOTSTRAP", "1")
            // The macros would look this package's dependencies up.
            .env_remove("CARGO_MANIFEST_DIR")
            .output()
            .expect("there is a compiler where a test was built");
        let messages = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{messages}");
        assert!(messages.is_empty(), "{messages}");
    };
    let (text, program) = (folder.join("text.rs"), folder.join("program"));
    rustc(
        &folder.join("expanded/src/main.rs"),
        &["-Zunpretty=expanded", "-o", &text.to_string_lossy()],
    );
    let expanded = std::fs::read_to_string(&text).expect("the compiler wrote it");
    assert!(!expanded.contains("#[glib_coro"), "{expanded}");
    // What the compiler adds for the prelude is unusual in a file.
    let allowed = ["-Ainternal_features", "-Aunused_imports"];
    let program_path = program.to_string_lossy();
    rustc(&text, &["-o", &program_path, allowed[0], allowed[1]]);
    let status = Command::new(program).status().expect("it was just built");
    assert_eq!(status.code(), Some(42), "{expanded}");
}

/// The file of the library in cargo's JSON messages.
fn library(messages: &str) -> Option<PathBuf> {
    let mut strings = messages.split('"');
    strings
        .find(|text| text.contains("libglib_coro-") && text.ends_with(".rlib"))
        .map(PathBuf::from)
}
