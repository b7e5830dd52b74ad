//! The receiver in a format string, `format!("{self:?}")`: it is no token there.

use proc_macro2::{Literal, Span, TokenTree};
use std::ops::Range;

/// What formats, wherever it stands among the words of a macro's name: the macros of the standard library, `log`, `tracing`, `anyhow`,
/// `glib` and `gstreamer`, and what people write around these. In a macro that is called otherwise a `"{self}"` may be anything.
const WORDS: &[&str] = &[
    "anyhow",
    "bail",
    "critical",
    "debug",
    "eprint",
    "eprintln",
    "error",
    "event",
    "fixme",
    "format",
    "info",
    "log",
    "memdump",
    "message",
    "panic",
    "print",
    "printerr",
    "println",
    "todo",
    "trace",
    "unimplemented",
    "unreachable",
    "warn",
    "warning",
];

/// Writes `name` for the receiver in the format string among the `arguments` of the macro `called`.
///
/// Fails with the place of a string that names the receiver where the macro is not known to format.
pub(super) fn rename(called: &str, arguments: &mut [TokenTree], name: &str) -> Result<(), Span> {
    let separates = |token: &TokenTree| matches!(token, TokenTree::Punct(punct) if matches!(punct.as_char(), ',' | ';'));
    // The name belongs to the call.
    let given = arguments
        .split(separates)
        .any(|part| matches!(part, [TokenTree::Ident(word), equals, ..] if word == "self" && is_equals(equals)));
    if given {
        return Ok(());
    }
    let before = before(called);
    let string = arguments
        .split_mut(separates)
        .skip(before.unwrap_or_default())
        .find_map(|part| match part {
            [TokenTree::Literal(literal)] => Some(literal),
            _ => None,
        });
    let Some(literal) = string else {
        return Ok(());
    };
    let mut text = literal.to_string();
    let found = receivers(&text);
    if before.is_none() {
        return if found.is_empty() {
            Ok(())
        } else {
            Err(literal.span())
        };
    }
    for place in found.into_iter().rev() {
        text.replace_range(place, name);
    }
    // The string captures what has its span and so its scope.
    let span = literal.span();
    *literal = text
        .parse::<Literal>()
        .expect("a longer name makes no other literal");
    literal.set_span(span);
    Ok(())
}

/// How many arguments stand before the format string at the least, for a macro that takes one.
fn before(called: &str) -> Option<usize> {
    let formats = called.split('_').any(|word| WORDS.contains(&word));
    match called {
        "write" | "writeln" | "assert" | "debug_assert" | "ensure" => Some(1),
        "assert_eq" | "assert_ne" | "debug_assert_eq" | "debug_assert_ne" => Some(2),
        "g_print" | "g_printerr" => Some(0),
        // The log domain, or the level.
        _ if formats && called.starts_with("g_") => Some(1),
        _ => formats.then_some(0),
    }
}

fn is_equals(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == '=')
}

/// Where the source text of a string literal names the receiver in a placeholder.
fn receivers(literal: &str) -> Vec<Range<usize>> {
    let raw = literal.starts_with('r');
    let mut found = Vec::new();
    if !raw && !literal.starts_with('"') {
        return found;
    }
    let mut at = 0;
    while let Some(next) = literal[at..].find(['{', '\\']) {
        at += next + 1;
        let rest = &literal[at..];
        if literal[..at].ends_with('\\') {
            // `\\`, and `\u{7b}`, whose braces are no placeholder.
            let escape = ["\\", "u{"]
                .into_iter()
                .find(|escape| rest.starts_with(escape));
            at += escape.filter(|_| !raw).map_or(0, str::len);
        } else if rest.starts_with('{') {
            at += 1;
        } else if let Some((placeholder, _)) = rest.split_once('}') {
            found.extend(in_placeholder(placeholder).map(|place| at + place.start..at + place.end));
            at += placeholder.len() + 1;
        }
    }
    found
}

/// Where `argument:spec` names the receiver: as the argument, or as its width or precision, `1$`.
fn in_placeholder(placeholder: &str) -> impl Iterator<Item = Range<usize>> {
    const RECEIVER: &str = "self";
    let (argument, spec) = placeholder.split_once(':').unwrap_or((placeholder, ""));
    let start = argument.len() - argument.trim_start().len();
    let argument = (argument.trim() == RECEIVER).then(|| start..start + RECEIVER.len());
    let sizes = spec.match_indices('$').filter_map(|(end, _)| {
        // Fill, alignment and flags may stand before a width, and a dot before a precision.
        let word = spec[..end]
            .rsplit(|c: char| !c.is_alphanumeric() && c != '_')
            .next()?;
        let end = placeholder.len() - spec.len() + end;
        (word.trim_start_matches('0') == RECEIVER).then(|| end - RECEIVER.len()..end)
    });
    argument.into_iter().chain(sizes)
}
