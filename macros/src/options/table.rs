//! The table of options. A new option is a row here and, where its kind of value is new, an arm in `value.rs`.

use crate::attribute::Attribute::{self, Coroutine, Main, Test};

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
];

/// What users of tokio try on its `main` and `test`, and what has no meaning here.
pub(crate) const TOKIO_HABITS: &[&str] = &["flavor", "worker_threads", "unhandled_panic"];

/// The options that exclude each other, with the remedy reported at whichever comes second.
pub(crate) const RIVALS: &[(&str, &str, &str)] = &[(
    "detach",
    "returns",
    "choose one: `returns` already detaches",
)];

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
