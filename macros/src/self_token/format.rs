//! The receiver in a format string, `format!("{self:?}")`.

use crate::span::generated_at;
use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::quote_spanned;

/// A macro that takes a format string, by how many arguments stand before the string at the least.
///
/// Only macros that are known by name are touched. In those of other people `"{self}"` may be anything, and must stay what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Format {
    before: usize,
}

impl Format {
    /// The macro called `name`: of the standard library, `log`, `tracing`, `anyhow`, `glib` or `gstreamer`.
    pub(super) fn of(name: &str) -> Option<Self> {
        let before = match name {
            "format" | "format_args" | "print" | "println" | "eprint" | "eprintln" | "panic"
            | "todo" | "unimplemented" | "unreachable" => 0,
            "write" | "writeln" | "assert" | "debug_assert" => 1,
            "assert_eq" | "assert_ne" | "debug_assert_eq" | "debug_assert_ne" => 2,
            "error" | "warn" | "info" | "debug" | "trace" | "log" | "event" => 0,
            "anyhow" | "bail" => 0,
            "ensure" => 1,
            "g_log" | "g_error" | "g_critical" | "g_warning" | "g_message" | "g_info"
            | "g_debug" | "g_print" | "g_printerr" => 0,
            "fixme" | "memdump" => 0,
            _ => return None,
        };
        Some(Self { before })
    }
}

/// What a call of `format` needs besides its `arguments` if their format string names the receiver: `, self = name`.
pub(super) fn receiver(format: Format, arguments: &TokenStream, name: &str) -> Option<TokenStream> {
    let arguments: Vec<TokenTree> = arguments.clone().into_iter().collect();
    let separates = |token: &TokenTree| matches!(token, TokenTree::Punct(punct) if matches!(punct.as_char(), ',' | ';'));
    let ended = arguments.last().is_some_and(separates);
    let string =
        arguments
            .split(separates)
            .skip(format.before)
            .find_map(|argument| match argument {
                [TokenTree::Literal(literal)] => Some(literal),
                _ => None,
            })?;
    let named = arguments.windows(2).any(|pair| {
        matches!(&pair[0], TokenTree::Ident(word) if word == "self") && super::names(&pair[1])
    });
    if named || !names_receiver(&string.to_string()) {
        return None;
    }
    let span = generated_at(string.span());
    let comma = (!ended).then(|| quote_spanned!(span=> ,));
    let key = Ident::new("self", span);
    // As every other `self` in the body: the local with the user's scope.
    let value = Ident::new(name, string.span());
    Some(quote_spanned!(span=> #comma #key = #value))
}

/// Whether the source text of a string literal holds a placeholder with the receiver in it: as the argument, or as its width or precision.
fn names_receiver(literal: &str) -> bool {
    let raw = literal.starts_with('r');
    if !raw && !literal.starts_with('"') {
        return false;
    }
    let mut rest = literal;
    while let Some(open) = rest.find(['{', '\\']) {
        let (found, after) = (rest.as_bytes()[open], &rest[open + 1..]);
        rest = after;
        if found == b'\\' {
            // `\\`, and `\u{7b}`, whose braces are no placeholder.
            if !raw {
                rest = after.strip_prefix("u{").unwrap_or(after);
                rest = rest.strip_prefix('\\').unwrap_or(rest);
            }
        } else if let Some(after) = after.strip_prefix('{') {
            rest = after;
        } else if let Some((placeholder, after)) = after.split_once('}') {
            rest = after;
            let (argument, spec) = placeholder.split_once(':').unwrap_or((placeholder, ""));
            let sizes = || {
                spec.split_inclusive('$')
                    .filter_map(|size| size.strip_suffix('$'))
            };
            if argument.trim() == "self" || sizes().any(ends_in_receiver) {
                return true;
            }
        }
    }
    false
}

/// Whether the last word is `self`: fill, alignment and flags may stand before a width, and a dot before a precision.
fn ends_in_receiver(size: &str) -> bool {
    let word = size
        .rsplit(|c: char| !c.is_alphanumeric() && c != '_')
        .next();
    word.is_some_and(|word| word.trim_start_matches('0') == "self")
}
