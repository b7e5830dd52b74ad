//! The other attributes of the function: which of them cannot stay beside ours.

use crate::attribute::Attribute;
use crate::errors::Errors;
use proc_macro2::TokenTree;
use syn::{Attribute as Neighbour, Meta, Path};

/// Reports the attributes that contradict `attribute` and removes them, so that they cause no second error.
pub(crate) fn refuse(
    attribute: Attribute,
    krate: Option<&Path>,
    neighbours: &mut Vec<Neighbour>,
    errors: &mut Errors,
) {
    neighbours.retain(|neighbour| {
        let path = neighbour.path();
        let message = match (attribute, ours(path, krate)) {
            (Attribute::Coroutine, Some(Attribute::Coroutine)) => {
                format!("already a coroutine; remove one `#[{}]`", spell(path))
            }
            (Attribute::Test, Some(Attribute::Test)) => already_a_test(path),
            (one, Some(other)) => format!("choose one of `{one}` and `{other}`"),
            (Attribute::Test, None) if is_std_test(path) => already_a_test(path),
            (Attribute::Coroutine, None) if exports(neighbour) => {
                "a coroutine returns a Rust handle and cannot be exported; remove this attribute"
                    .to_owned()
            }
            _ => return true,
        };
        errors.over(neighbour, message);
        false
    });
}

fn already_a_test(path: &Path) -> String {
    format!("already a test; remove `#[{}]`", spell(path))
}

/// Which of our attributes `path` names, as far as a path can tell.
fn ours(path: &Path, krate: Option<&Path>) -> Option<Attribute> {
    let words = words(path);
    let (last, root) = words.split_last()?;
    let attribute = Attribute::ALL
        .into_iter()
        .find(|attribute| attribute.word() == last)?;
    let known = match root {
        // `main` and `test` alone may be anybody's; std's `test` is told apart by the caller.
        [] => attribute == Attribute::Coroutine,
        [root] if root == "glib_coro" => true,
        root => krate.is_some_and(|krate| self::words(krate) == root),
    };
    known.then_some(attribute)
}

/// `test` alone, or `core::prelude::v1::test` and its relatives.
fn is_std_test(path: &Path) -> bool {
    match &*words(path) {
        [test] => test == "test",
        [krate, prelude, _edition, test] => {
            (krate == "core" || krate == "std") && prelude == "prelude" && test == "test"
        }
        _ => false,
    }
}

/// `no_mangle` and `export_name`, also within `unsafe(…)`.
fn exports(neighbour: &Neighbour) -> bool {
    const EXPORTS: [&str; 2] = ["no_mangle", "export_name"];
    if EXPORTS.iter().any(|name| neighbour.path().is_ident(name)) {
        return true;
    }
    let Meta::List(list) = &neighbour.meta else {
        return false;
    };
    list.path.is_ident("unsafe")
        && matches!(
            list.tokens.clone().into_iter().next(),
            Some(TokenTree::Ident(name)) if EXPORTS.iter().any(|export| name == export)
        )
}

fn words(path: &Path) -> Vec<String> {
    path.segments
        .iter()
        .map(|segment| segment.ident.to_string())
        .collect()
}

fn spell(path: &Path) -> String {
    let colons = if path.leading_colon.is_some() {
        "::"
    } else {
        ""
    };
    format!("{colons}{}", words(path).join("::"))
}
