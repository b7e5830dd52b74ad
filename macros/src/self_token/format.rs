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
    let separates = |token: &TokenTree| match token {
        TokenTree::Punct(punct) => matches!(punct.as_char(), ',' | ';'),
        _ => false,
    };
    let ended = arguments.last().is_some_and(separates);
    let mut parts = arguments.split(separates).skip(format.before);
    let string = parts.find_map(|part| match part {
        [TokenTree::Literal(literal)] => Some(literal),
        _ => None,
    })?;
    // `name = value` has a name, `value` has none.
    let names: Vec<Option<&Ident>> = parts
        .filter_map(|part| match part {
            [] => None,
            [TokenTree::Ident(name), equals, ..] if super::names(equals) => Some(Some(name)),
            _ => Some(None),
        })
        .collect();
    let given = names.iter().filter(|name| name.is_none()).count();
    let named = names.into_iter().flatten().any(|name| name == "self");
    let holes = Holes::of(&string.to_string());
    // One argument more would be taken for one that is missing.
    if named || !holes.receiver || holes.arguments > given {
        return None;
    }
    let span = generated_at(string.span());
    let comma = (!ended).then(|| quote_spanned!(span=> ,));
    let key = Ident::new("self", span);
    // As every other `self` in the body: the local with the user's scope.
    let value = Ident::new(name, string.span());
    Some(quote_spanned!(span=> #comma #key = #value))
}

/// What the placeholders of a format string ask for.
#[derive(Default)]
struct Holes {
    /// The receiver: as the argument, or as its width or precision.
    receiver: bool,
    /// So many arguments without a name.
    arguments: usize,
}

impl Holes {
    /// Reads the source text of a literal.
    fn of(literal: &str) -> Self {
        let mut holes = Self::default();
        let raw = literal.starts_with('r');
        if !raw && !literal.starts_with('"') {
            return holes;
        }
        let mut next = 0;
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
                holes.add(placeholder, &mut next);
            }
        }
        holes.arguments = holes.arguments.max(next);
        holes
    }

    /// Adds a placeholder, where `next` is the argument that one without a name takes.
    fn add(&mut self, placeholder: &str, next: &mut usize) {
        let (argument, spec) = placeholder.split_once(':').unwrap_or((placeholder, ""));
        let sizes = spec
            .split_inclusive('$')
            .filter_map(|size| size.strip_suffix('$'));
        for size in sizes.map(last_word) {
            self.name(size.trim_start_matches('0'), size);
        }
        if spec.contains(".*") {
            *next += 1;
        }
        match argument.trim() {
            "" => *next += 1,
            argument => self.name(argument, argument),
        }
    }

    fn name(&mut self, name: &str, number: &str) {
        self.receiver |= name == "self";
        if let Ok(index) = number.parse::<usize>() {
            self.arguments = self.arguments.max(index + 1);
        }
    }
}

/// The name or number before a `$`: fill, alignment and flags may stand before a width, and a dot before a precision.
fn last_word(size: &str) -> &str {
    size.rsplit(|c: char| !c.is_alphanumeric() && c != '_')
        .next()
        .unwrap_or_default()
}
