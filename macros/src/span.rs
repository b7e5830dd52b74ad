//! Where generated tokens seem to be, and how tokens read in a message.

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;

/// A span that shows `span` and is known to the compiler as generated: names do not meet the user's, and lints keep silent.
pub(crate) fn generated_at(span: Span) -> Span {
    Span::mixed_site().located_at(span)
}

/// The spans of the first and the last of `tokens`.
pub(crate) fn ends(tokens: impl ToTokens) -> (Span, Span) {
    let mut spans = tokens
        .to_token_stream()
        .into_iter()
        .map(|token| token.span());
    let start = spans.next().unwrap_or_else(Span::mixed_site);
    (start, spans.last().unwrap_or(start))
}

/// The same tokens, meaning the same, shown elsewhere.
pub(crate) fn respan(tokens: &TokenStream, span: Span) -> TokenStream {
    tokens
        .clone()
        .into_iter()
        .map(|mut token| {
            token.set_span(token.span().located_at(span));
            token
        })
        .collect()
}

/// Tokens as a person would write them; `TokenStream` puts a space around every one.
pub(crate) fn spell(tokens: impl ToTokens) -> String {
    let mut text = tokens.to_token_stream().to_string();
    for (from, to) in [
        (" (", "("),
        ("( ", "("),
        (" )", ")"),
        (" :: ", "::"),
        (" !", "!"),
        (" ,", ","),
        (" < ", "<"),
        (" >", ">"),
        (" .", "."),
        (". ", "."),
    ] {
        text = text.replace(from, to);
    }
    text
}
