//! The user's body, wrapped into something that gives a future.

use super::generics::{closed, names_outer, parameters};
use super::{Plan, names};
use crate::arguments::Arguments;
use crate::attribute::Attribute;
use crate::borrow::{bare, returned};
use crate::item::{Body, Function};
use crate::self_token;
use crate::span::{ends, generated_at};
use proc_macro2::{Group, Ident, Punct, Spacing, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Receiver, ReceiverKind, ReturnType, Signature, Token, Type};

/// Gives a value of the return type, for a `return` that is never reached. It has the span of the user's return type.
const RESULT: &str = "__glib_coro_result";

/// Where the body went.
pub(super) struct Wrapped {
    /// Items that must stand before `future`.
    pub(super) items: TokenStream,
    /// An expression: the future of the body, not polled yet.
    pub(super) future: TokenStream,
    /// Attributes that stood inside the body and now belong to the function.
    pub(super) attrs: TokenStream,
    /// A string that may capture the receiver, which cannot be done for macros that nobody knows.
    pub(super) stray: Option<Span>,
}

/// Wraps the body. `kept` tells that the borrowed arguments are clones by now, under the names of the arguments.
pub(super) fn wrap(plan: &Plan<'_>, arguments: &Arguments<'_>, kept: bool) -> Wrapped {
    if needs_closure(plan, arguments, kept) {
        closure(plan, arguments, kept)
    } else {
        nested(plan, arguments, kept)
    }
}

/// Whether the body can only be a closure.
fn needs_closure(plan: &Plan<'_>, arguments: &Arguments<'_>, kept: bool) -> bool {
    let sig = &plan.function.sig;
    // In an item inside the function, `Self` and the parameters of the `impl` have no meaning.
    arguments.receiver.is_some()
        || names(sig.to_token_stream(), "Self")
        || names(plan.function.body.to_token_stream(), "Self")
        || plan.attribute == Attribute::Coroutine && names_outer(plan.function)
        // The type of a weak reference is for the compiler to find: it would report what has none once more.
        || arguments.has_weak()
        // Since edition 2024 the type borrows from every argument of the function that it is the output of.
        || kept && arguments.has_borrowed() && names(sig.output.to_token_stream(), "impl")
}

/// An `async fn` inside the function: the compiler then speaks about the body as about any `async fn`.
fn nested(plan: &Plan<'_>, arguments: &Arguments<'_>, kept: bool) -> Wrapped {
    let private = &plan.private;
    let sig = &plan.function.sig;
    let span = generated_at(sig.ident.span());
    // The prefix keeps a recursive call away from it.
    let name = format_ident!("__glib_coro_{}", sig.ident.unraw(), span = span);
    let (fn_token, output) = (&sig.fn_token, &sig.output);
    // Lints about a function as a whole look at the one that users call, and not once more at this one.
    let asyncness = sig
        .asyncness
        .map(|token| Token![async](generated_at(token.span)));
    let many = (sig.inputs.len() > 7).then(|| quote!(#[allow(clippy::too_many_arguments)]));
    let inputs: Vec<TokenStream> = sig.inputs.iter().map(ToTokens::to_token_stream).collect();
    let parameters = plan.function.parameters(&inputs);
    let (generics, bounds) = (closed(sig, None), &sig.generics.where_clause);
    let body = &plan.function.body;
    let items = quote! {
        #many #asyncness #fn_token #name #generics #parameters #output #bounds #body
    };
    let generics = turbofish(sig);
    let values = arguments
        .typed
        .iter()
        .map(|argument| argument.pass(private, kept));
    let call = quote_spanned!(span=> #name #generics (#(#values),*));
    Wrapped {
        items,
        // What is lent out must live in the future itself.
        future: if kept && arguments.has_borrowed() {
            quote_spanned!(span=> async move { #call.await })
        } else {
            call
        },
        attrs: TokenStream::new(),
        stray: None,
    }
}

/// The type and const parameters, named: what no argument mentions could not be inferred.
fn turbofish(sig: &Signature) -> Option<TokenStream> {
    let names = parameters(sig);
    (!names.is_empty()).then(|| quote!(::<#(#names),*>))
}

/// An async closure in the place of the body, where `Self` and the type's parameters mean what the user means.
fn closure(plan: &Plan<'_>, arguments: &Arguments<'_>, kept: bool) -> Wrapped {
    let private = &plan.private;
    let span = generated_at(plan.function.sig.fn_token.span);
    let Body::Block(block) = &plan.function.body else {
        unreachable!("a method without a body is not wrapped");
    };
    let (attrs, tokens) = inner_attributes(block.stream());
    let (output, mut statements) = annotation(plan);
    let mut stray = None;
    let receiver = arguments.cloned_receiver().filter(|_| kept);
    let receiver = receiver.map(|receiver| {
        let name = receiver_name(plan.function);
        (receiver, Ident::new(&name, receiver.self_token.span))
    });
    let tokens = if let Some((receiver, name)) = &receiver {
        let value = receiver_value(receiver, arguments, name);
        // `self` may stay unused, so this local may.
        statements.extend(quote!(let #name = #value; let _ = &#name;));
        self_token::rename(tokens, &name.to_string(), &mut stray)
    } else {
        // The receiver belongs to the body, also where the body does not use it.
        if arguments.receiver.is_some() {
            statements.extend(quote!(let _ = &self;));
        }
        tokens
    };
    for argument in &arguments.typed {
        statements.extend(argument.bind(private, kept));
    }
    statements.extend(tokens);
    // One block, with the span of the user's: errors about its end point to the user's brace.
    let mut body = Group::new(block.delimiter(), statements);
    body.set_span(block.span());
    let future = match &receiver {
        Some((receiver, name)) if arguments.weak_receiver().is_none() => {
            // As a parameter it is said to be valid in the body only, as `self` would be.
            let (ours, ty) = (captured_receiver(), receiver_type(receiver));
            let closure = quote_spanned!(span=> async move |#name: #ty| #output #body);
            quote!(#private::lent(#ours, #closure))
        }
        _ => {
            let closure = quote_spanned!(span=> async move || #output #body);
            quote!(#private::once(#closure))
        }
    };
    Wrapped {
        items: TokenStream::new(),
        future,
        attrs,
        stray,
    }
}

/// What `&self` is called in the body. It has the span, and so the scope, of the user's `self`, for then it is shown like that; so it
/// must be a name that the user does not use.
fn receiver_name(function: &Function) -> String {
    let mut name = "self_".to_owned();
    while names(function.to_token_stream(), &name) {
        name.push('_');
    }
    name
}

/// The type of the receiver, with the spans of the user's.
fn receiver_type(receiver: &Receiver) -> TokenStream {
    if let ReceiverKind::Typed(_, ty) = &receiver.kind {
        return ty.to_token_stream();
    }
    let ty = Ident::new("Self", receiver.self_token.span);
    quote_spanned!(generated_at(receiver.span())=> &#ty)
}

/// What the receiver is in the body. The closure's parameter is called like that, too.
fn receiver_value(receiver: &Receiver, arguments: &Arguments<'_>, lent: &Ident) -> TokenStream {
    if arguments.weak_receiver().is_some() {
        return captured_receiver().to_token_stream();
    }
    let ReceiverKind::Reference(and, ..) = &receiver.kind else {
        return lent.to_token_stream();
    };
    // It stands where the user's `&self` does: there the compiler proposes to write `&mut self`.
    let borrow = quote_spanned!(and.span()=> &);
    let value = quote_spanned!(receiver.self_token.span=> *#lent);
    quote!(#borrow #value)
}

/// The local that holds the clone of `&self`.
pub(super) fn captured_receiver() -> Ident {
    // Arguments have names that are as hygienic as this one, but nobody calls an argument this.
    Ident::new("__glib_coro_this", Span::mixed_site())
}

/// The return type of the closure, and a statement that makes the compiler believe it from the start. What is `impl Trait` in it must be
/// inferred.
fn annotation(plan: &Plan<'_>) -> (TokenStream, TokenStream) {
    let private = &plan.private;
    let sig = &plan.function.sig;
    // A value of a wrong type is said to differ from what is returned first, so that looks like the user's return type.
    let ((span, end), ty) = match returned(&sig.output) {
        None => (ends(&sig.ident), quote!(())),
        Some(ty) => (ends(ty), without_impl(ty.to_token_stream())),
    };
    if is_never(&sig.output) {
        return (quote!(-> #ty), TokenStream::new());
    }
    let result = Ident::new(RESULT, span);
    let call = quote_spanned!(end=> ());
    let value = quote!(#result #call);
    let known = quote_spanned! {generated_at(span)=>
        let #result = #private::never::<#ty>;
        if false { return #value; }
    };
    (quote!(-> #private::Is<#ty>), known)
}

/// `Result<impl Trait, E>` as `Result<_, E>`.
fn without_impl(tokens: TokenStream) -> TokenStream {
    let mut result = TokenStream::new();
    let mut depth = 0_usize;
    // The depth of the angle brackets around an `impl` whose bounds are being left out.
    let mut skipping = None;
    let mut previous = ' ';
    for token in tokens {
        if let TokenTree::Punct(punct) = &token {
            match punct.as_char() {
                '<' => depth += 1,
                // Not the `->` of a `Fn` bound.
                '>' if previous != '-' => {
                    depth = depth.saturating_sub(1);
                    if skipping.is_some_and(|outer| depth < outer) {
                        skipping = None;
                    }
                }
                ',' if skipping == Some(depth) => skipping = None,
                _ => {}
            }
            previous = punct.as_char();
        } else {
            previous = ' ';
        }
        if skipping.is_some() {
            continue;
        }
        match token {
            TokenTree::Ident(word) if word == "impl" => {
                skipping = Some(depth);
                result.extend(quote_spanned!(word.span()=> _));
            }
            TokenTree::Group(group) => {
                let mut inside = Group::new(group.delimiter(), without_impl(group.stream()));
                inside.set_span(group.span());
                result.extend([TokenTree::from(inside)]);
            }
            token => result.extend([token]),
        }
    }
    result
}

/// Splits `#![…]` off the front of a body, as `#[…]`.
fn inner_attributes(body: TokenStream) -> (TokenStream, TokenStream) {
    let mut attrs = TokenStream::new();
    let mut rest = body.into_iter().peekable();
    loop {
        let mut ahead = rest.clone();
        match (ahead.next(), ahead.next(), ahead.next()) {
            (
                Some(TokenTree::Punct(hash)),
                Some(TokenTree::Punct(bang)),
                Some(TokenTree::Group(group)),
            ) if hash.as_char() == '#' && bang.as_char() == '!' => {
                let mut hash = Punct::new('#', Spacing::Alone);
                hash.set_span(bang.span());
                attrs.extend([TokenTree::from(hash), group.into()]);
                rest = ahead;
            }
            _ => return (attrs, rest.collect()),
        }
    }
}

/// All that is left of a body that nobody will look at.
pub(super) fn declared(function: &Function) -> TokenStream {
    let sig = &function.sig;
    // `const async` is refused by the compiler, in its own words.
    sig.constness
        .map(|constness| {
            let (asyncness, fn_token) = (&sig.asyncness, &sig.fn_token);
            quote!(#constness #asyncness #fn_token __glib_coro_refused() {})
        })
        .unwrap_or_default()
}

/// Whether the function returns `()`: nothing for anybody to look at.
pub(super) fn is_unit(output: &ReturnType) -> bool {
    match returned(output).map(bare) {
        None => true,
        Some(Type::Tuple(tuple)) => tuple.elems.is_empty(),
        Some(_) => false,
    }
}

/// Whether the function never returns.
pub(super) fn is_never(output: &ReturnType) -> bool {
    matches!(returned(output).map(bare), Some(Type::Never(_)))
}
