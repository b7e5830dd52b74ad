//! The option `application` of `main`, in a process of its own: an application reads the arguments of its process.

use std::process::{Command, Stdio};

#[test]
fn the_body_runs_inside_the_application() {
    let output = Command::new(env!("CARGO_BIN_EXE_attribute_application"))
        .stdin(Stdio::null())
        .output()
        .expect("the program is built with the tests");
    assert_eq!(
        String::from_utf8_lossy(&output.stdout),
        "Hello org.glib_coro.Attribute!\n"
    );
    assert_eq!(output.status.code(), Some(42), "{output:?}");
}

/// What the application itself refuses counts more than a body that never ran.
#[test]
fn the_application_reads_the_arguments() {
    let output = Command::new(env!("CARGO_BIN_EXE_attribute_application"))
        .arg("--no-such-option")
        .stdin(Stdio::null())
        .output()
        .expect("the program is built with the tests");
    assert_eq!(output.stdout, b"");
    assert_eq!(output.status.code(), Some(1), "{output:?}");
}
