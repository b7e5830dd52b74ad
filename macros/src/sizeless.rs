//! Types that no argument and no output can have, because their size is not known, or because they are not written out.
//!
//! The compiler would report them once for each function that one function becomes, and for the machinery between those.

use crate::attribute::Attribute;
use crate::borrow::bare;
use crate::errors::Errors;
use crate::span::spell;
use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{FnArg, ReturnType, Signature, Type};

/// The type parameter that stands for what a caller needs, where nobody can tell what a call gives back.
pub(crate) const UNKNOWN: &str = "__GlibCoroUnknown";

/// Reports the types in `sig` that cannot be, and puts those there that the messages name. Tells whether there were any.
pub(crate) fn refuse(attribute: Attribute, sig: &mut Signature, errors: &mut Errors) -> bool {
    let found = errors.len();
    for input in &mut sig.inputs {
        if let FnArg::Typed(argument) = input {
            replace(&mut argument.ty, argument_instead, None, errors);
        }
    }
    if let ReturnType::Type(_, ty) = &mut sig.output {
        // What runs the program or the test takes nearly nothing, but `()` always.
        let (instead, unknown) = match attribute {
            Attribute::Coroutine => (
                None,
                Ident::new(UNKNOWN, Span::mixed_site()).to_token_stream(),
            ),
            Attribute::Main | Attribute::Test => (Some(quote!(())), quote!(())),
        };
        replace(ty, output_instead, instead, errors);
        let mut first = None;
        let written = written_out(ty.to_token_stream(), &unknown, &mut first);
        if let Some(span) = first {
            errors.at(
                span,
                "`_` is not allowed in a return type; write the type out",
            );
            **ty = Type::Verbatim(written);
        }
    }
    errors.len() > found
}

/// What to write instead: for the message, and with its whole path.
type Instead = (String, TokenStream);

/// Replaces a type that has no size, by what the message names or by `other`.
fn replace(
    ty: &mut Type,
    instead: fn(&Type) -> Option<Instead>,
    other: Option<TokenStream>,
    errors: &mut Errors,
) {
    let Some((remedy, instead)) = instead(bare(ty)) else {
        return;
    };
    let message = format!(
        "the size of `{}` is not known at compile time; use `{remedy}`",
        spell(&*ty)
    );
    errors.over(&*ty, message);
    *ty = Type::Verbatim(other.unwrap_or(instead));
}

/// What to take instead of an argument without a size.
fn argument_instead(ty: &Type) -> Option<Instead> {
    let text = spell(ty);
    match ty {
        Type::Slice(_) => Some((format!("&{text}"), quote!(&#ty))),
        Type::Path(path) if path.path.is_ident("str") => Some((format!("&{text}"), quote!(&#ty))),
        Type::TraitObject(_) => Some((format!("Rc<{text}>"), quote!(::std::rc::Rc<#ty>))),
        _ => None,
    }
}

/// What to return instead of an output without a size.
fn output_instead(ty: &Type) -> Option<Instead> {
    match ty {
        Type::Slice(slice) => {
            let element = &slice.elem;
            let remedy = format!("Vec<{}>", spell(element));
            Some((remedy, quote!(::std::vec::Vec<#element>)))
        }
        Type::Path(path) if path.path.is_ident("str") => {
            Some(("String".to_owned(), quote!(::std::string::String)))
        }
        Type::TraitObject(_) => {
            let remedy = format!("Box<{}>", spell(ty));
            Some((remedy, quote!(::std::boxed::Box<#ty>)))
        }
        _ => None,
    }
}

/// The type with `unknown` for each `_` that is no lifetime, and where the first of them stood.
fn written_out(ty: TokenStream, unknown: &TokenStream, first: &mut Option<Span>) -> TokenStream {
    let mut written = TokenStream::new();
    let mut lifetime = false;
    for token in ty {
        let is_lifetime = std::mem::take(&mut lifetime);
        match token {
            TokenTree::Ident(word) if word == "_" && !is_lifetime => {
                first.get_or_insert(word.span());
                written.extend(unknown.clone());
            }
            TokenTree::Group(group) => {
                let inside = written_out(group.stream(), unknown, first);
                let mut inside = Group::new(group.delimiter(), inside);
                inside.set_span(group.span());
                written.extend([TokenTree::from(inside)]);
            }
            token => {
                lifetime = matches!(&token, TokenTree::Punct(punct) if punct.as_char() == '\'');
                written.extend([token]);
            }
        }
    }
    written
}
