//! The table of options. A new option is a row here and, where its kind of value is new, an arm in `value.rs`.

use crate::attribute::Attribute::{self, Coroutine, Main, Test};
use crate::near::nearest;
use syn::Ident;

/// What may stand after an option's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Nothing.
    Flag,
    /// A string literal that can become a C string.
    Text,
    /// A path, bare or in a string literal.
    Path,
    /// One of the priorities' names, or an expression.
    Priority,
    /// An expression, with its type where that is not evident.
    Returns,
    /// One of these words, in a string literal.
    Word(&'static Words),
    /// A time, in a string literal.
    Duration,
    /// `true` or `false`.
    Bool,
    /// The name of an argument.
    Argument,
    /// Any expression.
    Expr,
}

/// The words that an option takes.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Words {
    /// What an unknown one is called.
    what: &'static str,
    words: &'static [&'static str],
}

impl Words {
    /// The word itself, if it is one of them.
    pub(crate) fn find(&self, word: &str) -> Option<&'static str> {
        self.words.iter().find(|known| **known == word).copied()
    }

    /// The word that was meant, if it is near.
    pub(crate) fn near(&self, word: &str) -> Option<&'static str> {
        nearest(word, self.words.iter().copied())
    }

    /// "unknown context; `"default"` or `"new"`".
    pub(crate) fn unknown(&self, word: &str) -> String {
        if let Some(near) = self.near(word) {
            return format!("unknown {}; did you mean `\"{near}\"`?", self.what);
        }
        let words: Vec<String> = self
            .words
            .iter()
            .map(|word| format!("`\"{word}\"`"))
            .collect();
        match &*words {
            [first @ .., last] => {
                format!("unknown {}; {} or {last}", self.what, first.join(", "))
            }
            [] => unreachable!("an option takes at least one word"),
        }
    }
}

/// One option.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) name: &'static str,
    /// The attributes that take it.
    pub(crate) on: &'static [Attribute],
    pub(crate) kind: Kind,
    /// How it is written, for the remedy of a missing value.
    pub(crate) usage: &'static str,
}

const EVERYWHERE: &[Attribute] = &Attribute::ALL;

pub(crate) const TABLE: &[Row] = &[
    Row {
        name: "crate",
        on: EVERYWHERE,
        kind: Kind::Path,
        usage: "crate = my_glib_coro",
    },
    Row {
        name: "name",
        on: EVERYWHERE,
        kind: Kind::Text,
        usage: "name = \"reader\"",
    },
    Row {
        name: "detach",
        on: &[Coroutine],
        kind: Kind::Flag,
        usage: "detach",
    },
    Row {
        name: "returns",
        on: &[Coroutine],
        kind: Kind::Returns,
        usage: "returns = glib::Propagation::Stop",
    },
    Row {
        name: "priority",
        on: &[Coroutine],
        kind: Kind::Priority,
        usage: "priority = \"idle\"",
    },
    Row {
        name: "overlap",
        on: &[Coroutine],
        kind: Kind::Word(&Words {
            what: "overlap",
            words: &["parallel", "drop", "restart", "queue", "latest"],
        }),
        usage: "overlap = \"restart\"",
    },
    Row {
        name: "per",
        on: &[Coroutine],
        kind: Kind::Argument,
        usage: "per = button",
    },
    Row {
        name: "application",
        on: &[Main],
        kind: Kind::Expr,
        usage: "application = gtk::Application::default()",
    },
    Row {
        name: "context",
        on: &[Main, Test],
        kind: Kind::Word(&Words {
            what: "context",
            words: &["default", "new"],
        }),
        usage: "context = \"new\"",
    },
    Row {
        name: "event_loop",
        on: &[Main, Test],
        kind: Kind::Expr,
        usage: "event_loop = Standalone::new()",
    },
    Row {
        name: "tokio",
        on: &[Main, Test],
        kind: Kind::Flag,
        usage: "tokio",
    },
    Row {
        name: "start_paused",
        on: &[Test],
        kind: Kind::Bool,
        usage: "start_paused = true",
    },
    Row {
        name: "timeout",
        on: &[Test],
        kind: Kind::Duration,
        usage: "timeout = \"5s\"",
    },
];

/// What users of tokio try on its `main` and `test`, and what has no meaning here.
pub(crate) const TOKIO_HABITS: &[&str] = &["flavor", "worker_threads", "unhandled_panic"];

/// The options that exclude each other, with the remedy reported at whichever comes second.
pub(crate) const RIVALS: &[(&str, &str, &str)] = &[
    (
        "detach",
        "returns",
        "choose one: `returns` already detaches",
    ),
    (
        "context",
        "event_loop",
        "choose one: `context` selects a GLib context",
    ),
    (
        "application",
        "context",
        "choose one: an application runs on GLib's default context",
    ),
    (
        "application",
        "event_loop",
        "choose one: an application runs on GLib's default context",
    ),
];

/// What is wrong with a value of a flag.
pub(crate) fn no_value(flag: &Ident) -> String {
    format!("`{flag}` is a flag and takes no value")
}

/// The row of `name`, wherever it is allowed.
pub(crate) fn row(name: &str) -> Option<&'static Row> {
    TABLE.iter().find(|row| row.name == name)
}

/// The names that `attribute` takes.
pub(crate) fn names(attribute: Attribute) -> impl Iterator<Item = &'static str> {
    TABLE
        .iter()
        .filter(move |row| row.on.contains(&attribute))
        .map(|row| row.name)
}

/// "`#[glib_coro::main]` and `#[glib_coro::test]`".
pub(crate) fn places(row: &Row) -> String {
    let places: Vec<String> = [Main, Coroutine, Test]
        .into_iter()
        .filter(|attribute| row.on.contains(attribute))
        .map(|attribute| format!("`{attribute}`"))
        .collect();
    places.join(" and ")
}
