//! What a program pays when it is built.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use crate::figures::{Figure, Figures};
use crate::machine::{is_installed, root};
use crate::track::Plan;

const FUNCTIONS: usize = 100;

const GLIB: &str = "glib = \"0.22\"";
const GTK: &str = "gtk = { package = \"gtk4\", version = \"0.11\", features = [\"v4_8\"] }";
/// As much of it as our default features: timers, sockets, processes and signals, and attributes.
const TOKIO: &str = "tokio = { version = \"1.54\", default-features = false, features = [\"macros\", \"net\", \"process\", \"rt\", \"signal\", \"time\"] }";

fn ours() -> String {
    format!(
        "glib-coro = {{ path = \"{}\" }}",
        root().join("runtime").display()
    )
}

/// A program of its own, outside of the workspace.
struct Program(PathBuf);

impl Program {
    /// Writes it; with these dependencies, and the versions of the workspace.
    fn new(name: &str, dependencies: &[&str], source: &str) -> Self {
        let folder = root().join("target/bench-build").join(name);
        fs::create_dir_all(folder.join("src")).expect("a folder in target");
        let manifest = format!(
            "[package]\nname = \"program\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[workspace]\n\n\
             [dependencies]\n{}\n",
            dependencies.join("\n")
        );
        let write = |file: &str, text: &str| fs::write(folder.join(file), text).expect("a file");
        write("Cargo.toml", &manifest);
        write("src/main.rs", source);
        fs::copy(root().join("Cargo.lock"), folder.join("Cargo.lock")).expect("the lock file");
        Self(folder)
    }

    fn cargo(&self, target: &Path, args: &[&str]) -> String {
        let output = Command::new("cargo")
            .args(args)
            .current_dir(&self.0)
            .env("CARGO_TARGET_DIR", target)
            .env("CARGO_NET_OFFLINE", "true")
            .stdin(Stdio::null())
            .output()
            .expect("cargo runs");
        let messages = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.success(),
            "cargo {args:?} in {:?}: {messages}",
            self.0
        );
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// The crates that are built for it, itself left out.
    fn crates(&self) -> BTreeSet<String> {
        let tree = self.cargo(
            &self.0.join("target"),
            &[
                "tree",
                "--edges",
                "normal,build",
                "--prefix",
                "none",
                "--format",
                "{p}",
            ],
        );
        let names = tree
            .lines()
            .map(|line| line.trim_end_matches(" (*)").to_owned());
        names.filter(|name| !name.starts_with("program ")).collect()
    }

    /// Seconds of a command, after the source was touched.
    fn seconds(&self, target: &Path, args: &[&str]) -> f64 {
        let main = self.0.join("src/main.rs");
        let source = fs::read(&main).expect("the source");
        fs::write(&main, source).expect("the source");
        let start = Instant::now();
        self.cargo(target, args);
        start.elapsed().as_secs_f64()
    }
}

/// Crates are counted; seconds are taken in turn where builds are short.
pub(super) fn measure(plan: &Plan) -> Figures {
    let mut figures = Figures::default();
    if !plan.builds {
        figures.note("build", "Left out of the quick run, as it takes minutes.");
        return figures;
    }
    let mut bases = vec![("a program that uses glib", "glib", GLIB)];
    if is_installed("pkg-config") && has_gtk() {
        bases.push(("a program that uses gtk4", "gtk", GTK));
    } else {
        figures.note(
            "build",
            "GTK 4.8 is not installed, so what is added to its programs was not measured.",
        );
    }
    let rounds = plan.long_rounds.div_ceil(2);
    let ours = ours();
    for (title, key, base) in bases {
        let source = "fn main() {}";
        let alone = Program::new(key, &[base], source);
        let crates = alone.crates();
        let built = alone.0.join("target");
        alone.cargo(&built, &["build"]);
        let contestants = [("glib-coro", &*ours), ("tokio", TOKIO)];
        let programs = contestants.map(|(name, dependency)| {
            (
                name,
                Program::new(&format!("{key}-{name}"), &[base, dependency], source),
            )
        });
        let mut seconds = [Vec::new(), Vec::new()];
        for (name, program) in &programs {
            let added = program.crates().difference(&crates).count() as f64;
            let quantity = format!("crates added to {title}");
            figures
                .all
                .push(Figure::new("build", &quantity, "crates", name).with([added]));
        }
        for _ in 0..rounds {
            for ((_, program), seconds) in programs.iter().zip(&mut seconds) {
                // A copy of what is built already, by links.
                let copy = program.0.join("target");
                let _ = fs::remove_dir_all(&copy);
                let copied = Command::new("cp").arg("-al").args([&built, &copy]).status();
                assert!(copied.is_ok_and(|status| status.success()), "cp failed");
                seconds.push(program.seconds(&copy, &["build"]));
                fs::remove_dir_all(&copy).expect("it is ours");
            }
        }
        for ((name, _), seconds) in programs.iter().zip(seconds) {
            let quantity = format!("seconds added to {title}");
            figures
                .all
                .push(Figure::new("build", &quantity, "s", name).with(seconds));
        }
    }
    functions(rounds.max(5), &mut figures);
    figures
}

/// 100 functions with an attribute each.
fn functions(rounds: usize, figures: &mut Figures) {
    let ours = ours();
    let test = &["test", "--no-run"][..];
    let programs = [
        (
            "coroutines",
            &*ours,
            "#[glib_coro::coroutine]",
            "glib_coro::yield_now()",
            &["build"][..],
            "glib-coro, #[coroutine]",
        ),
        (
            "tests",
            &*ours,
            "#[glib_coro::test]",
            "glib_coro::yield_now()",
            test,
            "glib-coro, #[test]",
        ),
        (
            "tokio",
            TOKIO,
            "#[tokio::test]",
            "tokio::task::yield_now()",
            test,
            "tokio, #[tokio::test]",
        ),
    ];
    let programs = programs.map(|(key, dependency, attribute, wait, command, name)| {
        let is_test = attribute.ends_with("test]");
        let mut source = String::new();
        for number in 0..FUNCTIONS {
            let (argument, value) = if is_test { ("", "7") } else { ("value: usize", "value") };
            writeln!(
                source,
                "{attribute}\nasync fn function_{number}({argument}) {{\n    let mut sum = {number}usize;\n    \
                 for step in 0..3 {{\n        {wait}.await;\n        sum += step * {value};\n    }}\n    \
                 assert!(sum > 0);\n}}"
            )
            .expect("memory");
        }
        if is_test {
            source.push_str("fn main() {}\n");
        } else {
            source.push_str("#[glib_coro::main]\nasync fn main() {\n");
            for number in 0..FUNCTIONS {
                writeln!(source, "    function_{number}({number}).await.unwrap();").expect("memory");
            }
            source.push_str("}\n");
        }
        let program = Program::new(&format!("functions-{key}"), &[dependency], &source);
        let target = program.0.join("target");
        program.cargo(&target, command);
        (name, program, target, command)
    });
    let mut seconds = [const { Vec::new() }; 3];
    for _ in 0..rounds {
        for ((_, program, target, command), seconds) in programs.iter().zip(&mut seconds) {
            seconds.push(program.seconds(target, command));
        }
    }
    for ((name, ..), seconds) in programs.iter().zip(seconds) {
        let figure = Figure::new(
            "build",
            "a program of 100 functions, built again",
            "s",
            name,
        );
        figures.all.push(figure.with(seconds));
    }
}

fn has_gtk() -> bool {
    let found = Command::new("pkg-config")
        .args(["--atleast-version=4.8", "gtk4"])
        .status();
    found.is_ok_and(|status| status.success())
}
