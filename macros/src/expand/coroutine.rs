//! `#[coroutine]`: a plain function that spawns its body.

use super::body::{self, captured_receiver, is_never, is_unit};
use super::generics::closed;
use super::{Plan, names};
use crate::arguments::{Argument, Arguments};
use crate::borrow::{bare, returned};
use crate::item::Body;
use crate::options::value::{Priority, ReturnsType};
use crate::refuse::Verdict;
use crate::sizeless::UNKNOWN;
use crate::span::{generated_at, respan};
use proc_macro2::{Delimiter, Group, Ident, Punct, Spacing, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{
    Attribute, FnArg, Lifetime, Signature, Token, Type, TypeParamBound, Visibility, parse_quote,
};

pub(super) fn expand(plan: &Plan<'_>) -> TokenStream {
    let function = plan.function;
    let arguments = Arguments::of(&function.sig);
    let parameters = function.parameters(&arguments.declare());
    let output = output(plan);
    let (attrs, vis, sig) = (&function.attrs, &function.vis, &function.sig);
    let (fn_token, name) = (&sig.fn_token, &sig.ident);
    // A type that is not known is whatever the caller needs.
    let unknown = Ident::new(UNKNOWN, Span::mixed_site());
    let unknown = names(output.clone(), UNKNOWN).then(|| parse_quote!(#unknown));
    let (generics, bounds) = (closed(sig, unknown), &sig.generics.where_clause);
    let signature = quote!(#fn_token #name #generics #parameters #output #bounds);
    if let Body::Missing(semi) = &function.body {
        return quote!(#(#attrs)* #vis #signature #semi);
    }
    let (statements, inner) = match plan.verdict {
        Verdict::Expand => spawn(plan, &arguments),
        Verdict::Check => check(plan, &arguments),
        Verdict::Declare | Verdict::Keep => {
            let items = body::declared(function);
            (quote!(#items loop {}), TokenStream::new())
        }
    };
    // The call site is where a coroutine is said to have been spawned.
    let track_caller = (!attrs.iter().any(tracks_caller)).then(|| quote!(#[track_caller]));
    // Nobody has to look at a handle. clippy's proposal is meant for functions that have no effect, and made for public ones.
    let no_must_use = (!matches!(vis, Visibility::Inherited) && !plan.options.detach())
        .then(|| quote!(#[allow(clippy::must_use_candidate)]));
    let block = function.block(statements);
    quote!(#(#attrs)* #inner #track_caller #no_must_use #vis #signature #block)
}

/// `track_caller`, also where a `cfg_attr` brings it.
fn tracks_caller(attr: &Attribute) -> bool {
    names(attr.to_token_stream(), "track_caller")
}

/// What the call gives back.
fn output(plan: &Plan<'_>) -> TokenStream {
    let private = &plan.private;
    if plan.options.returns_unknown() {
        let unknown = Ident::new(UNKNOWN, Span::mixed_site());
        return quote!(-> #unknown);
    }
    if let Some((_, ty)) = plan.options.returns() {
        return match ty {
            ReturnsType::Bool => quote!(-> #private::bool),
            ReturnsType::Given(ty) => quote!(-> #ty),
        };
    }
    if plan.options.detach() {
        return TokenStream::new();
    }
    let output = &plan.function.sig.output;
    let ty = match returned(output) {
        None => quote!(()),
        Some(_) if is_never(output) => quote!(#private::Never),
        Some(ty) if plan.verdict == Verdict::Declare => lasting(ty.to_token_stream()),
        Some(ty) => ty.to_token_stream(),
    };
    let end = output.to_token_stream().into_iter().last();
    let end = end.map_or(plan.function.sig.paren_token.span.close(), |token| {
        token.span()
    });
    let mut close = Punct::new('>', Spacing::Alone);
    close.set_span(end);
    quote!(-> #private::JoinHandle<#ty #close)
}

/// The statements of a function that spawns, and the attributes that move to it from its body.
fn spawn(plan: &Plan<'_>, arguments: &Arguments<'_>) -> (TokenStream, TokenStream) {
    let private = &plan.private;
    let sig = &plan.function.sig;
    let receiver = arguments.cloned_receiver().map(|receiver| {
        let (ours, this) = (captured_receiver(), &receiver.self_token);
        // From the first to the last token of the user's `&self`, which is where a missing `Clone` is reported.
        let mut argument = Group::new(Delimiter::Parenthesis, this.to_token_stream());
        argument.set_span(generated_at(this.span));
        let start = respan(private, generated_at(receiver.span()));
        let span = generated_at(this.span);
        let captured = match arguments.weak_receiver() {
            Some(_) => quote_spanned!(span=> weak #argument.bind()),
            None => quote_spanned!(span=> receiver #argument.capture()),
        };
        quote!(let #ours = #start::#captured;)
    });
    let keeps: TokenStream = arguments
        .typed
        .iter()
        .filter_map(|argument| argument.keep(private))
        .collect();
    let wrapped = body::wrap(plan, arguments, true);
    let (items, future) = (wrapped.items, wrapped.future);
    let span = complaints(sig, wrapped.stray);
    let shown = respan(private, span);
    let label = plan.name();
    let priority = plan
        .options
        .priority()
        .map(|priority| self::priority(priority, private));
    let overlap = plan
        .options
        .overlap()
        .map(|overlap| self::overlap(overlap, private));
    let per = plan
        .options
        .per()
        .filter(|_| overlap.is_some())
        .and_then(|name| arguments.per(name, private));
    let defined = defined(sig, private);
    let task = quote_spanned! {span=>
        #shown::coroutine(&#label).defined(#defined) #priority #overlap #per
    };
    // What is told of the arguments must be told before they move.
    let (task, early) = if per.is_some() || arguments.has_weak() {
        let early = quote_spanned!(span=> let task = #task;);
        (quote_spanned!(span=> task), Some(early))
    } else {
        (task, None)
    };
    let ties = ties(arguments, span);
    let spawn = if is_detached(plan) && is_never(&sig.output) {
        quote_spanned!(span=> #task.detach(#shown::endless(#future));)
    } else if is_detached(plan) {
        // What the body returns is checked by `detach`; complaints belong to the return type.
        let output = returned(&sig.output).map_or(span, |ty| generated_at(ty.span()));
        let detach = quote_spanned!(output=> detach(future));
        quote_spanned!(span=> let future = #future; #task.#detach;)
    } else if is_unit(&sig.output) {
        quote_spanned!(span=> let future = #future; #task.spawn(future))
    } else {
        quote_spanned!(span=> let future = #future; #shown::spawn(#shown::probe(&future).how(), #task, future).handle)
    };
    let value = match plan.options.returns() {
        Some((value, _)) => value.to_token_stream(),
        None if plan.options.returns_unknown() => quote!(loop {}),
        None => TokenStream::new(),
    };
    (
        quote!(#items #early #receiver #keeps #ties #spawn #value),
        wrapped.attrs,
    )
}

/// The statement that binds the coroutine to its weak references.
fn ties(arguments: &Arguments<'_>, span: Span) -> Option<TokenStream> {
    let receiver = arguments.weak_receiver().map(|_| {
        let ours = captured_receiver();
        quote!(&#ours)
    });
    let typed = arguments.typed.iter().filter_map(Argument::tie);
    let ties: Vec<TokenStream> = receiver.into_iter().chain(typed).collect();
    (!ties.is_empty()).then(|| quote_spanned!(span=> let task = task.weak(&[#(#ties),*]);))
}

/// Where the function is defined. The call has the user's own span: a generated one stands for the attribute.
fn defined(sig: &Signature, private: &TokenStream) -> TokenStream {
    let call = quote_spanned!(sig.ident.span()=> location());
    quote!(const { #private::Here.#call })
}

/// Where the compiler shall complain about what cannot be spawned: at the first parameter that may not be `'static`, or else at a
/// string that may capture the receiver, or else at the function's name.
fn complaints(sig: &Signature, stray: Option<Span>) -> Span {
    let lasts = |bounds: &Punctuated<TypeParamBound, Token![+]>| {
        bounds.iter().any(
            |bound| matches!(bound, TypeParamBound::Lifetime(lifetime) if lifetime.ident == "static"),
        )
    };
    let parameter = sig
        .generics
        .type_params()
        .find_map(|parameter| (!lasts(&parameter.bounds)).then(|| parameter.ident.span()));
    let argument = || {
        sig.inputs.iter().find_map(|input| match input {
            FnArg::Typed(argument) => match bare(&argument.ty) {
                Type::ImplTrait(ty) if !lasts(&ty.bounds) => Some(ty.impl_token.span),
                _ => None,
            },
            FnArg::Receiver(_) => None,
        })
    };
    generated_at(
        parameter
            .or_else(argument)
            .or(stray)
            .unwrap_or_else(|| sig.ident.span()),
    )
}

/// Whether nobody gets a handle.
fn is_detached(plan: &Plan<'_>) -> bool {
    plan.options.detach() || plan.options.returns().is_some() || plan.options.returns_unknown()
}

/// The statements of a function that was refused: its body is looked at, but not spawned.
fn check(plan: &Plan<'_>, arguments: &Arguments<'_>) -> (TokenStream, TokenStream) {
    let private = &plan.private;
    let wrapped = body::wrap(plan, arguments, false);
    let (items, future) = (wrapped.items, wrapped.future);
    let statement = if is_detached(plan) {
        quote!(#private::refused(#future); loop {})
    } else {
        quote!(#private::refused(#future))
    };
    (quote!(#items #statement), wrapped.attrs)
}

fn priority(priority: &Priority, private: &TokenStream) -> TokenStream {
    match priority {
        Priority::Variant(variant) => {
            let variant = Ident::new(variant, Span::mixed_site());
            quote!(.priority(#private::Priority::#variant))
        }
        Priority::Expr(expr) => {
            // So that a wrong type is reported at the value alone.
            let span = generated_at(expr.span());
            quote_spanned!(span=> .priority(#expr))
        }
    }
}

/// In a block of its own, because the body sees items that stand next to it.
fn overlap(overlap: &str, private: &TokenStream) -> TokenStream {
    let overlap = match overlap {
        "drop" => "Drop",
        "restart" => "Restart",
        "queue" => "Queue",
        "latest" => "Latest",
        other => unreachable!("`{other}` is not in the table"),
    };
    let overlap = Ident::new(overlap, Span::mixed_site());
    quote! {
        .overlap(
            {
                static SITE: #private::Site = #private::Site::new();
                &SITE
            },
            #private::Overlap::#overlap,
        )
    }
}

/// The type with `'static` for every borrow, so that it can be named without what it borrows from.
fn lasting(ty: TokenStream) -> TokenStream {
    let mut result = TokenStream::new();
    let mut tokens = ty.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Punct(punct) if punct.as_char() == '\'' => {
                tokens.next();
                Lifetime::new("'static", punct.span()).to_tokens(&mut result);
            }
            TokenTree::Punct(punct) if punct.as_char() == '&' => {
                let mut and = Punct::new('&', Spacing::Alone);
                and.set_span(punct.span());
                result.extend([TokenTree::from(and)]);
                let named =
                    matches!(tokens.peek(), Some(TokenTree::Punct(next)) if next.as_char() == '\'');
                if !named {
                    Lifetime::new("'static", punct.span()).to_tokens(&mut result);
                }
            }
            TokenTree::Group(group) => {
                let mut inside = Group::new(group.delimiter(), lasting(group.stream()));
                inside.set_span(group.span());
                result.extend([TokenTree::from(inside)]);
            }
            token => result.extend([token]),
        }
    }
    result
}
