//! Arguments that a coroutine cannot take.

use crate::arguments::is_weak;
use crate::borrow::{Borrow, bare, borrows};
use crate::errors::Errors;
use crate::expand::names;
use crate::item::Function;
use proc_macro2::{Group, Span, TokenStream, TokenTree};
use quote::ToTokens;
use std::mem;
use syn::spanned::Spanned;
use syn::{FnArg, Ident, Lifetime, Pat, PatType, Receiver, ReceiverKind, Signature, Type};

/// Reports a `per` that names no argument.
pub(super) fn per(name: &Ident, sig: &Signature, errors: &mut Errors) {
    let names: Vec<String> = sig
        .inputs
        .iter()
        .filter_map(|input| match input {
            FnArg::Receiver(_) => Some("self".to_owned()),
            FnArg::Typed(argument) => match &*argument.pat {
                Pat::Ident(pat) => Some(pat.ident.to_string()),
                _ => None,
            },
        })
        .collect();
    if names.iter().any(|known| name == known) {
        return;
    }
    let known: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    let known = match &*known {
        [] => "the function has none with a name".to_owned(),
        [one] => format!("the only one is {one}"),
        known => format!("the arguments are {}", known.join(", ")),
    };
    errors.at(name.span(), format_args!("no argument `{name}`; {known}"));
}

const WEAK: &str = "a weak argument is taken by reference, `&T`";
const MUTABLE_SELF: &str = "a coroutine cannot borrow `self` mutably; use interior mutability";
const NAMED: &str = "arguments must be `'static` or cloneable references; drop the lifetime";
const HIDDEN: &str = "arguments must be `'static` or cloneable references; own the data";

pub(super) fn receiver(receiver: &Receiver, errors: &mut Errors) {
    if receiver.attrs.iter().any(is_weak)
        && !matches!(receiver.kind, ReceiverKind::Reference(_, None, None))
    {
        errors.at(
            receiver.self_token.span,
            "a weak receiver is taken by reference, `&self`",
        );
        return;
    }
    match &receiver.kind {
        ReceiverKind::Reference(_, _, Some(_)) => errors.over(receiver, MUTABLE_SELF),
        ReceiverKind::Reference(_, Some(lifetime), None) if lifetime.ident != "static" => {
            errors.at(lifetime.span(), NAMED);
        }
        ReceiverKind::Typed(_, ty) => match bare(ty) {
            Type::Reference(reference) if reference.mutability.is_some() => {
                errors.over(receiver, MUTABLE_SELF);
            }
            ty => borrowed(ty, errors),
        },
        _ => {}
    }
}

pub(super) fn argument(argument: &PatType, errors: &mut Errors) {
    let ty = bare(&argument.ty);
    if argument.attrs.iter().any(is_weak)
        && !matches!(ty, Type::Reference(reference)
            if reference.mutability.is_none() && reference.lifetime.is_none())
    {
        errors.over(ty, WEAK);
        return;
    }
    if let Type::Reference(reference) = ty {
        let lasting = reference
            .lifetime
            .as_ref()
            .is_some_and(|lifetime| lifetime.ident == "static");
        if reference.mutability.is_some() && !lasting {
            errors.over(
                ty,
                "a coroutine outlives its caller and cannot borrow mutably; pass `T`, \
                 `Rc<RefCell<T>>` or a cell",
            );
            return;
        }
        if let Type::TraitObject(_) = bare(&reference.elem)
            && !lasting
        {
            errors.over(
                ty,
                "a trait object cannot be cloned in; take `Rc<dyn Trait>`",
            );
            return;
        }
    }
    borrowed(ty, errors);
}

/// Everything but a plain reference at the top: one error for each argument, at the first borrow.
fn borrowed(ty: &Type, errors: &mut Errors) {
    let top = match ty {
        Type::Reference(reference) => Some(reference.and_token.span()),
        _ => None,
    };
    for (index, borrow) in borrows(ty).iter().enumerate() {
        let (span, message): (Span, &str) = match borrow {
            // The reference at the top is always the first to be found.
            Borrow::Reference(_) if index == 0 && top.is_some() => continue,
            Borrow::Reference(span) => (
                *span,
                "only a reference at the top of an argument type can be cloned in; own what is inside",
            ),
            Borrow::Lifetime(lifetime) if lifetime.ident == "_" => (lifetime.span(), HIDDEN),
            Borrow::Lifetime(lifetime) => (lifetime.span(), NAMED),
        };
        errors.at(span, message);
        return;
    }
}

/// Writes `'_` for each lifetime that nobody declares: that it cannot be there has been told.
///
/// A method's lifetimes may be those of the `impl`.
pub(super) fn elide(function: &mut Function) {
    if function.sig.receiver().is_some() || names(function.to_token_stream(), "Self") {
        return;
    }
    let generics = &function.sig.generics;
    let declared: Vec<Ident> = generics
        .lifetimes()
        .map(|parameter| parameter.lifetime.ident.clone())
        .collect();
    for input in &mut function.sig.inputs {
        if let FnArg::Typed(argument) = input {
            for borrow in borrows(&argument.ty) {
                if let Borrow::Lifetime(Lifetime { ident, .. }) = borrow
                    && !declared.contains(&ident)
                {
                    let elided = elided(argument.ty.to_token_stream(), &ident);
                    *argument.ty = Type::Verbatim(elided);
                }
            }
        }
    }
}

fn elided(ty: TokenStream, name: &Ident) -> TokenStream {
    let mut quote = false;
    let tokens = ty.into_iter().map(|token| match token {
        TokenTree::Ident(word) if mem::take(&mut quote) && word == *name => {
            Ident::new("_", word.span()).into()
        }
        TokenTree::Group(group) => {
            let mut inside = Group::new(group.delimiter(), elided(group.stream(), name));
            inside.set_span(group.span());
            inside.into()
        }
        token => {
            quote = matches!(&token, TokenTree::Punct(punct) if punct.as_char() == '\'');
            token
        }
    });
    tokens.collect()
}
