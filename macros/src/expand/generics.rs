//! The parameters of the functions that one function becomes.

use crate::item::Function;
use crate::span::generated_at;
use proc_macro2::{Ident, Punct, Spacing, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote_spanned};
use std::mem;
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

/// The names of the type and const parameters.
pub(super) fn parameters(sig: &Signature) -> Vec<&Ident> {
    let names = sig
        .generics
        .params
        .iter()
        .filter_map(|parameter| match parameter {
            GenericParam::Type(parameter) => Some(&parameter.ident),
            GenericParam::Const(parameter) => Some(&parameter.ident),
            GenericParam::Lifetime(_) => None,
        });
    names.collect()
}

/// Whether `function` seems to name a type parameter of the `impl` around it. It cannot see that, but by convention such a parameter is
/// one capital letter, perhaps with a number.
pub(super) fn names_outer(function: &Function) -> bool {
    let sig = &function.sig;
    let own = parameters(sig);
    let mut tokens = sig.to_token_stream();
    function.body.to_tokens(&mut tokens);
    names_parameter(tokens, &own)
}

fn names_parameter(tokens: TokenStream, own: &[&Ident]) -> bool {
    let mut colon = false;
    let mut member = false;
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(word) => {
            let first = !mem::take(&mut member);
            first && is_parameter(&word.to_string()) && own.iter().all(|own| **own != word)
        }
        TokenTree::Group(group) => {
            member = false;
            names_parameter(group.stream(), own)
        }
        TokenTree::Punct(punct) => {
            // What follows `::`, `.` or a lifetime's quote is somebody else's.
            member = match punct.as_char() {
                ':' => colon,
                '.' | '\'' => true,
                _ => false,
            };
            colon = punct.as_char() == ':' && punct.spacing() == Spacing::Joint;
            false
        }
        TokenTree::Literal(_) => false,
    })
}

fn is_parameter(word: &str) -> bool {
    let mut letters = word.chars();
    letters.next().is_some_and(char::is_uppercase) && letters.all(|c| c.is_ascii_digit())
}
