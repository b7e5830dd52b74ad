//! What a window shows.

use std::env;
use std::fs;
use std::io::Write;
use std::process::{Command, Stdio};

/// A colour: red, green and blue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colour(pub [u8; 3]);

/// Pixels.
#[derive(Clone, Debug)]
pub struct Picture {
    width: usize,
    pixels: Vec<Colour>,
}

impl Picture {
    pub(super) fn new(width: usize, pixels: Vec<Colour>) -> Self {
        Self { width, pixels }
    }

    /// Its width.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Its height.
    pub fn height(&self) -> usize {
        self.pixels.len() / self.width
    }

    /// The colour at a place, if the picture reaches there.
    pub fn at(&self, x: usize, y: usize) -> Option<Colour> {
        if x < self.width {
            self.pixels.get(y * self.width + x).copied()
        } else {
            None
        }
    }

    /// How many pixels have this colour.
    pub fn count(&self, colour: Colour) -> usize {
        self.pixels.iter().filter(|pixel| **pixel == colour).count()
    }

    /// Keeps the picture as `target/screenshots/NAME.png`, for people to look at.
    ///
    /// # Panics
    ///
    /// If that fails.
    pub fn save(&self, name: &str) {
        // The test binary is target/PROFILE/deps/TEST.
        let binary = env::current_exe().expect("the test binary");
        let folder = binary
            .ancestors()
            .nth(3)
            .expect("target")
            .join("screenshots");
        fs::create_dir_all(&folder).expect("a folder for the pictures");
        let mut convert = Command::new("convert")
            .args(["-size", &format!("{}x{}", self.width, self.height())])
            .args(["-depth", "8", "rgb:-"])
            .arg(folder.join(name).with_extension("png"))
            .stdin(Stdio::piped())
            .spawn()
            .expect("ImageMagick runs");
        let bytes: Vec<u8> = self.pixels.iter().flat_map(|colour| colour.0).collect();
        let mut stdin = convert.stdin.take().expect("a pipe");
        stdin.write_all(&bytes).expect("ImageMagick reads");
        drop(stdin);
        assert!(convert.wait().expect("ImageMagick ends").success());
    }
}
