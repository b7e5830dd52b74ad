//! The keys that the game knows.

use gtk::gdk;

/// A key that was pressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// An arrow, as a number of columns and rows.
    Arrow((i64, i64)),
    /// Home.
    Home,
    /// The space bar.
    Space,
    /// Tab.
    Tab,
    /// Return, or Enter.
    Return,
    /// Escape.
    Escape,
    /// The letter q.
    Q,
}

impl Key {
    /// The game's key for one of the keyboard's. Most mean nothing to the game.
    pub fn of(key: gdk::Key) -> Option<Self> {
        Some(match key {
            gdk::Key::Left => Self::Arrow((-1, 0)),
            gdk::Key::Right => Self::Arrow((1, 0)),
            gdk::Key::Up => Self::Arrow((0, -1)),
            gdk::Key::Down => Self::Arrow((0, 1)),
            gdk::Key::Home => Self::Home,
            gdk::Key::space => Self::Space,
            gdk::Key::Tab => Self::Tab,
            gdk::Key::Return => Self::Return,
            gdk::Key::Escape => Self::Escape,
            gdk::Key::q => Self::Q,
            _ => return None,
        })
    }
}
