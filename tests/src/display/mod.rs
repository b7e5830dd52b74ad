//! Real windows: an X server without a screen for each test, the keys and clicks that go into it, and
//! the pictures that come out.

mod connection;
mod on_display;
mod picture;

use std::cell::RefCell;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, thread};

use self::connection::Connection;
pub use self::on_display::on_display;
pub use self::picture::{Colour, Picture};
use crate::patience;

/// What a test with windows runs, and where apt finds it.
const TOOLS: [(&str, &str); 3] = [
    ("Xvfb", "xvfb"),
    ("xdotool", "xdotool"),
    ("convert", "imagemagick"),
];

/// An X server, ended when dropped. It ends by itself when this process does.
#[derive(Debug)]
pub struct Display {
    name: String,
    /// `None` if another process ends it.
    server: Option<Child>,
    /// The server goes when its last client does, so this keeps it.
    connection: RefCell<Connection>,
}

/// A window, as the X server knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window(u32);

impl Display {
    /// Starts a server, on a free display.
    ///
    /// `None`, and a message, if something is missing on this machine.
    ///
    /// # Panics
    ///
    /// If something is missing in continuous integration, where `CI` is `true`; if the server fails.
    pub fn start() -> Option<Self> {
        if let Some((tool, package)) = TOOLS.into_iter().find(|(tool, _)| !is_installed(tool)) {
            let reason = format!("`{tool}` (apt: {package}) is not installed; try `make windows`");
            assert!(env::var("CI").as_deref() != Ok("true"), "{reason}");
            eprintln!("skipped: {reason}");
            return None;
        }
        let mut server = Command::new("Xvfb")
            .args(["-displayfd", "1", "-screen", "0", "1024x768x24"])
            .args(["-nolisten", "tcp", "-ac", "-terminate"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("Xvfb starts");
        let mut number = String::new();
        BufReader::new(server.stdout.take().expect("a pipe"))
            .read_line(&mut number)
            .expect("text");
        let name = format!(":{}", number.trim());
        assert!(name.len() > 1, "Xvfb found no free display");
        Some(Self {
            connection: Connection::to(&name).into(),
            name,
            server: Some(server),
        })
    }

    /// The server that this process was started under.
    ///
    /// # Panics
    ///
    /// If there is none.
    pub fn inherited() -> Self {
        let name = env::var("DISPLAY").expect("a display");
        Self {
            connection: Connection::to(&name).into(),
            name,
            server: None,
        }
    }

    /// What a program needs in its environment to open its windows here, and nowhere else. It draws
    /// without a graphics card, and looks for no session.
    pub fn environment(&self) -> [(&'static str, &str); 6] {
        [
            ("DISPLAY", &self.name),
            ("GDK_BACKEND", "x11"),
            ("GSK_RENDERER", "cairo"),
            ("GTK_A11Y", "none"),
            ("GTK_THEME", "Adwaita"),
            ("GSETTINGS_BACKEND", "memory"),
        ]
    }

    /// Runs xdotool, and returns what it says.
    ///
    /// # Panics
    ///
    /// If it fails.
    #[track_caller]
    pub fn xdotool(&self, args: &[&str]) -> String {
        let output = self.try_xdotool(args);
        output.unwrap_or_else(|errors| panic!("xdotool {args:?}: {errors}"))
    }

    fn try_xdotool(&self, args: &[&str]) -> Result<String, String> {
        let output = Command::new("xdotool")
            .args(args)
            .env("DISPLAY", &self.name)
            .output()
            .expect("xdotool runs");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        if output.status.success() {
            Ok(text(&output.stdout))
        } else {
            Err(text(&output.stderr))
        }
    }

    /// Waits for a program's window, and gives it the keyboard.
    ///
    /// # Panics
    ///
    /// If none appears.
    #[track_caller]
    pub fn window(&self, program: &str) -> Window {
        let window = wait_for("the window", || self.windows(program).pop());
        self.xdotool(&["windowfocus", "--sync", &window.0.to_string()]);
        window
    }

    /// Waits until a program has another window than this one.
    ///
    /// # Panics
    ///
    /// If none appears.
    #[track_caller]
    pub fn window_beside(&self, program: &str, window: Window) -> Window {
        wait_for("another window", || {
            let mut windows = self.windows(program).into_iter();
            windows.rfind(|other| *other != window)
        })
    }

    /// The windows of a program that can be seen.
    pub fn windows(&self, program: &str) -> Vec<Window> {
        let class = format!("^{program}$");
        // Fails as long as there is none.
        let found = self.try_xdotool(&["search", "--onlyvisible", "--class", &class]);
        let found = found.unwrap_or_default();
        let windows = found
            .lines()
            .map(|id| Window(id.parse().expect("a number")));
        // GTK has windows that nobody is meant to see.
        let is_large = |window: &Window| {
            let size = self.connection.borrow_mut().size(window.0);
            size.is_some_and(|(width, height)| width > 1 && height > 1)
        };
        windows.filter(is_large).collect()
    }

    /// Presses keys, one after the other.
    pub fn press(&self, keys: &[&str]) {
        self.xdotool(&[&["key", "--delay", "1"], keys].concat());
    }

    /// Clicks at a place of the screen, so many times.
    pub fn click(&self, (x, y): (i32, i32), times: u32) {
        let [x, y, times] = [x.to_string(), y.to_string(), times.to_string()];
        self.xdotool(&[
            "mousemove",
            &x,
            &y,
            "click",
            "--repeat",
            &times,
            "--delay",
            "1",
            "1",
        ]);
    }

    /// Changes a window's size.
    pub fn resize(&self, window: Window, (width, height): (u32, u32)) {
        let [id, width, height] = [window.0, width, height].map(|number| number.to_string());
        self.xdotool(&["windowsize", &id, &width, &height]);
    }

    /// Asks a window to close, as the button in its corner does.
    pub fn close(&self, window: Window) {
        self.connection.borrow_mut().close(window.0);
    }

    /// What a window shows. `None` if it is gone.
    pub fn picture(&self, window: Window) -> Option<Picture> {
        self.connection.borrow_mut().picture(window.0)
    }

    /// Waits until a window shows what it should.
    ///
    /// # Panics
    ///
    /// If it never does.
    #[track_caller]
    pub fn wait_for(
        &self,
        window: Window,
        what: &str,
        mut is_shown: impl FnMut(&Picture) -> bool,
    ) -> Picture {
        wait_for(what, || self.picture(window).filter(&mut is_shown))
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        if let Some(server) = &mut self.server {
            let _ = server.kill();
            let _ = server.wait();
        }
    }
}

fn is_installed(tool: &str) -> bool {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).any(|folder| folder.join(tool).is_file())
}

#[track_caller]
fn wait_for<T>(what: &str, mut attempt: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + patience();
    loop {
        if let Some(value) = attempt() {
            return value;
        }
        assert!(Instant::now() < deadline, "{what}: waited in vain");
        thread::sleep(Duration::from_millis(20));
    }
}
