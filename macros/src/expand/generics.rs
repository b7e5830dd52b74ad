//! The parameters of the functions that one function becomes.

use crate::span::generated_at;
use proc_macro2::{Punct, Spacing, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote_spanned};
use syn::{GenericParam, Signature};

/// The generic parameters of `sig` and one more, where the compiler proposes no new one.
///
/// A type that cannot be found would be reported once for each function that names it: the reports are the same, and then only one
/// is shown, but for the proposals to make it a parameter of the one function or of the other. Such a proposal is not made for a type
/// within the brackets of the parameters, nor where the brackets are generated.
pub(super) fn closed(sig: &Signature, more: Option<GenericParam>) -> TokenStream {
    let mut generics = sig.generics.clone();
    generics.params.extend(more);
    let mut tokens: Vec<TokenTree> = generics.to_token_stream().into_iter().collect();
    let Some(last) = tokens.last_mut() else {
        return quote_spanned!(generated_at(sig.ident.span())=> <>);
    };
    let mut close = Punct::new('>', Spacing::Alone);
    close.set_span(end(sig));
    *last = close.into();
    tokens.into_iter().collect()
}

/// The last token of the arguments and the return type.
fn end(sig: &Signature) -> Span {
    let last = sig.output.to_token_stream().into_iter().last();
    last.map_or(sig.paren_token.span.close(), |token| token.span())
}
