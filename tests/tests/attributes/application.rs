//! The option `application` of `main`, in a process of its own: an application reads the arguments of its process.

use std::process::{Command, ExitCode, Stdio};

use gio::ApplicationFlags;

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

// It takes whatever arguments the test's process has.
#[glib_coro::main(
    tokio,
    application = gio::Application::new(
        None,
        ApplicationFlags::NON_UNIQUE | ApplicationFlags::HANDLES_COMMAND_LINE,
    )
)]
async fn with_tokio(_: &gio::Application) -> Result<(), ::tokio::runtime::TryCurrentError> {
    ::tokio::runtime::Handle::try_current().map(drop)
}

#[test]
fn beside_the_option_tokio() {
    let code = super::alone(with_tokio);
    assert_eq!(format!("{code:?}"), format!("{:?}", ExitCode::SUCCESS));
}
