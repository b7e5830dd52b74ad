//! Which of the three attributes is being expanded.

use std::fmt;

/// One of the three attributes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Attribute {
    Main,
    Coroutine,
    Test,
}

impl Attribute {
    pub(crate) const ALL: [Self; 3] = [Self::Main, Self::Coroutine, Self::Test];

    /// The last segment of the attribute's path.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Main => "main",
            Self::Coroutine => "coroutine",
            Self::Test => "test",
        }
    }
}

/// The attribute as users write it, without back-ticks. By its path: `#[coroutine]` alone is ambiguous with an attribute of rustc's,
/// however it is imported.
impl fmt::Display for Attribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#[glib_coro::{}]", self.word())
    }
}
