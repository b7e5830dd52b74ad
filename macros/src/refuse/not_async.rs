//! Functions without `async`.

use super::Verdict;
use crate::attribute::Attribute;
use crate::borrow::returned;
use crate::item::Function;
use proc_macro2::{Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{GenericArgument, PathArguments, ReturnType, Token, Type, TypeParamBound};

/// What to say about a missing `async`, and what can be done until it is there.
pub(super) fn report(attribute: Attribute, function: &mut Function) -> (String, Verdict) {
    let above = expanded_above(function);
    let (what, remedy) = if above {
        (
            ", but an attribute above already removed `async`",
            "remove that attribute",
        )
    } else if returns_future(function) {
        (", returning a future is not enough", "write `async fn`")
    } else {
        ("", "write `async fn`")
    };
    let verdict = match attribute {
        // Its body is no longer what the user wrote.
        Attribute::Coroutine if above => Verdict::Declare,
        _ if what.is_empty() => Verdict::Check,
        Attribute::Coroutine => match future_output(function) {
            Some(output) => {
                function.sig.output = output;
                Verdict::Declare
            }
            None => Verdict::Keep,
        },
        Attribute::Main | Attribute::Test => Verdict::Keep,
    };
    (
        format!("`{attribute}` needs an `async fn`{what}; {remedy}"),
        verdict,
    )
}

/// What the future that the function returns resolves to, where its type says it.
fn future_output(function: &Function) -> Option<ReturnType> {
    let (Type::ImplTrait(ty), arrow) = (
        returned(&function.sig.output)?,
        Token![->](Span::call_site()),
    ) else {
        return None;
    };
    ty.bounds.iter().find_map(|bound| {
        let TypeParamBound::Trait(bound) = bound else {
            return None;
        };
        let PathArguments::AngleBracketed(arguments) = &bound.path.segments.last()?.arguments
        else {
            return None;
        };
        arguments.args.iter().find_map(|argument| match argument {
            GenericArgument::AssocType(ty) if ty.ident == "Output" => {
                Some(ReturnType::Type(arrow, Box::new(ty.ty.clone())))
            }
            _ => None,
        })
    })
}

fn returns_future(function: &Function) -> bool {
    fn named(tokens: TokenStream) -> bool {
        tokens.into_iter().any(|token| match token {
            TokenTree::Ident(word) => word.to_string().ends_with("Future"),
            TokenTree::Group(group) => named(group.stream()),
            _ => false,
        })
    }
    returned(&function.sig.output).is_some_and(|ty| named(ty.to_token_stream()))
}

/// Whether the body holds tokens that an attribute macro wrote: their source text is the attribute.
fn expanded_above(function: &Function) -> bool {
    fn written_by_attribute(tokens: TokenStream) -> bool {
        tokens.into_iter().any(|token| match token {
            TokenTree::Group(group) => written_by_attribute(group.stream()),
            token => token
                .span()
                .source_text()
                .is_some_and(|text| text.starts_with("#[")),
        })
    }
    written_by_attribute(function.body.to_token_stream())
}
