//! The name of a coroutine, in little room.

use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

/// A name that is cheap to carry about and to clone: most coroutines have none, and most names are literals.
#[derive(Clone)]
pub(crate) enum Name {
    /// By way of another reference, which makes it a word smaller.
    Literal(&'static &'static str),
    Other(Arc<Cow<'static, str>>),
}

impl Deref for Name {
    type Target = str;

    fn deref(&self) -> &str {
        match self {
            Self::Literal(name) => name,
            Self::Other(name) => name,
        }
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}
