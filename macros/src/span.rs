//! Where generated tokens seem to be.

use proc_macro2::{Span, TokenStream};

/// A span that shows `span` and is known to the compiler as generated: names do not meet the user's, and lints keep silent.
pub(crate) fn generated_at(span: Span) -> Span {
    Span::mixed_site().located_at(span)
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
