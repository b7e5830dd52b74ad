//! A program whose `main` is a coroutine inside an application, for `tests/attributes/application.rs`.

#![deny(warnings)]
#![forbid(unsafe_code)]

#[cfg(feature = "glib")]
#[glib_coro::coroutine]
async fn greet(#[weak] app: &gio::Application) -> String {
    use gio::prelude::*;

    glib_coro::sleep(std::time::Duration::from_millis(1)).await;
    format!("Hello {}!", app.get().application_id().unwrap_or_default())
}

#[cfg(feature = "glib")]
#[glib_coro::main(application = gio::Application::new(
    Some("org.glib_coro.Attribute"),
    gio::ApplicationFlags::NON_UNIQUE,
))]
async fn main(app: &gio::Application) -> Result<std::process::ExitCode, glib_coro::JoinError> {
    println!("{}", greet(app).await?);
    Ok(std::process::ExitCode::from(42))
}

#[cfg(not(feature = "glib"))]
fn main() {}
