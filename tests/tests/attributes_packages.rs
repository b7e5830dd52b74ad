//! Rows that need packages of their own: how the attributes find the runtime, what lints say, how an expansion reads.
#![forbid(unsafe_code)]

#[path = "attributes_packages/expanded.rs"]
mod expanded;
#[path = "attributes_packages/lints.rs"]
mod lints;
#[path = "attributes_packages/workspace.rs"]
mod workspace;

use workspace::{Package, cargo, write};

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

fn program(runtime: &str, options: &str) -> Vec<(&'static str, String)> {
    let source = PROGRAM
        .replace("(OPTIONS)", options)
        .replace("RUNTIME", runtime);
    vec![("src/main.rs", source)]
}

#[test]
fn every_way_to_depend_on_the_runtime() {
    let place = workspace::runtime();
    let packages = [
        Package {
            name: "own_name",
            edition: "2024",
            dependencies: format!("glib-coro = {{ {place} }}"),
            sources: program("glib_coro", ""),
        },
        // P16, P51
        Package {
            name: "renamed",
            edition: "2021",
            dependencies: format!("gc = {{ package = \"glib-coro\", {place} }}"),
            sources: program("gc", ""),
        },
        // P16
        Package {
            name: "renamed_by_the_workspace",
            edition: "2021",
            dependencies: "coro-rt.workspace = true".to_owned(),
            sources: program("coro_rt", ""),
        },
        Package {
            name: "facade",
            edition: "2024",
            dependencies: format!("glib-coro = {{ {place} }}"),
            sources: vec![("src/lib.rs", "pub use glib_coro;\n".to_owned())],
        },
        Package {
            name: "told",
            edition: "2024",
            dependencies: "facade = { path = \"../facade\" }".to_owned(),
            sources: program("facade::glib_coro", "(crate = facade::glib_coro)"),
        },
        // F75
        Package {
            name: "lost",
            edition: "2024",
            dependencies: "facade = { path = \"../facade\" }".to_owned(),
            sources: vec![(
                "src/main.rs",
                "#[facade::glib_coro::coroutine]\nasync fn f() {}\n\n\
                 #[facade::glib_coro::test]\nasync fn t() {}\n\n\
                 #[facade::glib_coro::main]\nasync fn main() -> Result<(), String> {\n    \
                 f().await;\n    Ok(())\n}\n"
                    .to_owned(),
            )],
        },
    ];
    let workspace = write("packages", &packages);

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

/// What each option that needs a feature says without it, and nothing else.
// F88
#[test]
fn options_whose_features_are_off() {
    let place = workspace::runtime_with(&["net"]);
    let packages = [Package {
        name: "plain",
        edition: "2024",
        dependencies: format!("glib-coro = {{ {place} }}"),
        sources: vec![(
            "src/main.rs",
            "#[glib_coro::test(start_paused = true)]\nasync fn paused() {}\n\n\
             #[glib_coro::test(timeout = \"5s\", tokio)]\nasync fn reactor() {}\n\n\
             #[glib_coro::coroutine]\nasync fn weak(#[weak] x: &u8) -> u8 {\n    *x.get()\n}\n\n\
             #[glib_coro::coroutine(overlap = \"drop\", per = x)]\nasync fn per(x: u8) -> u8 {\n    x\n}\n\n\
             #[glib_coro::main(application = weak(&1))]\n\
             async fn main(app: &glib_coro::JoinHandle<u8>) {\n    \
             per(2).abort();\n    let _ = app;\n}\n"
                .to_owned(),
        )],
    }];
    let workspace = write("features", &packages);
    let output = cargo(&workspace, &["check", "--tests", "--message-format=short"]);
    let mut errors: Vec<(&str, &str)> = output
        .lines()
        .filter_map(|line| {
            line.strip_prefix("plain/src/main.rs:")?
                .split_once(": error")
        })
        .map(|(place, message)| (place.split(':').next().unwrap_or_default(), message))
        .collect();
    errors.sort_unstable();
    let expected = [
        ("1", "test-util", "start_paused"),
        ("4", "tokio", "tokio"),
        ("8", "glib", "#[weak]"),
        ("13", "glib", "per"),
        ("17", "gio", "application"),
    ];
    assert_eq!(errors.len(), expected.len(), "{output}");
    for (line, feature, option) in expected {
        let message = format!("`{option}` needs the `{feature}` feature of `glib-coro`");
        let found = errors
            .iter()
            .any(|(place, text)| *place == line && text.contains(&message));
        assert!(found, "{line}: {message}\n{output}");
    }
}
