//! How the arguments get from the function that users call into its body.

use crate::borrow::bare;
use crate::span::{generated_at, respan};
use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Attribute, FnArg, Lifetime, Pat, PatType, Receiver, ReceiverKind, Signature, Type};

/// The arguments of a function, its receiver apart.
pub(crate) struct Arguments<'a> {
    pub(crate) receiver: Option<&'a Receiver>,
    pub(crate) typed: Vec<Argument<'a>>,
}

/// One argument with a type.
pub(crate) struct Argument<'a> {
    written: &'a PatType,
    /// Its name in the function that users call. It looks like the user's where there is one, but only generated code sees it:
    /// nothing the user wrote is in the scope of the arguments until the body is.
    name: Ident,
}

impl<'a> Arguments<'a> {
    pub(crate) fn of(sig: &'a Signature) -> Self {
        let mut arguments = Self {
            receiver: None,
            typed: Vec::new(),
        };
        for input in &sig.inputs {
            match input {
                FnArg::Receiver(receiver) => arguments.receiver = Some(receiver),
                FnArg::Typed(written) => {
                    let name = arguments.name(&written.pat);
                    arguments.typed.push(Argument { written, name });
                }
            }
        }
        arguments
    }

    /// The parameters of the function that users call.
    pub(crate) fn declare(&self) -> Vec<TokenStream> {
        let receiver = self.receiver.into_iter().map(ToTokens::to_token_stream);
        receiver
            .chain(self.typed.iter().map(Argument::declare))
            .collect()
    }

    /// The receiver, if it is borrowed.
    pub(crate) fn cloned_receiver(&self) -> Option<&'a Receiver> {
        self.receiver.filter(|receiver| match &receiver.kind {
            ReceiverKind::Reference(_, lifetime, _) => !is_static(lifetime.as_ref()),
            ReceiverKind::Typed(_, ty) => is_borrowed(ty),
            _ => false,
        })
    }

    /// A name for the argument `pat` that no other argument has.
    fn name(&self, pat: &Pat) -> Ident {
        let span = generated_at(pat.span());
        let mut name = match pat {
            Pat::Ident(pat) if pat.subpat.is_none() => {
                let mut name = pat.ident.clone();
                name.set_span(span);
                name
            }
            _ => Ident::new(&format!("arg{}", self.typed.len()), span),
        };
        while self.typed.iter().any(|other| other.name == name) {
            name = format_ident!("{}_", name.unraw(), span = span);
        }
        name
    }
}

impl Argument<'_> {
    /// The attributes that decide whether it is there at all.
    fn cfgs(&self) -> impl Iterator<Item = &Attribute> {
        self.written
            .attrs
            .iter()
            .filter(|attr| attr.path().is_ident("cfg"))
    }

    pub(crate) fn is_borrowed(&self) -> bool {
        is_borrowed(&self.written.ty)
    }

    /// `name: T` for the signature that users call.
    fn declare(&self) -> TokenStream {
        let (cfgs, name, ty) = (self.cfgs(), &self.name, &self.written.ty);
        quote!(#(#cfgs)* #name: #ty)
    }

    /// The statement that clones what is borrowed.
    pub(crate) fn keep(&self, private: &TokenStream) -> Option<TokenStream> {
        self.is_borrowed().then(|| {
            let (cfgs, name) = (self.cfgs(), &self.name);
            // A type that cannot be cloned is reported once, at the type: the call and its argument look like one thing there.
            let (start, end) = ends(self.written.ty.to_token_stream());
            let mut value = name.clone();
            value.set_span(end);
            let mut argument = Group::new(Delimiter::Parenthesis, quote_spanned!(start=> &*#value));
            argument.set_span(end);
            let private = respan(private, start);
            let call = quote_spanned!(start=> #private::keep #argument);
            quote!(#(#cfgs)* let #name = #call;)
        })
    }

    /// The value that the body takes: lent out if it was kept.
    fn value(&self, private: &TokenStream, kept: bool) -> TokenStream {
        let name = &self.name;
        if kept && self.is_borrowed() {
            let span = generated_at(self.written.ty.span());
            let private = respan(private, span);
            quote_spanned!(span=> #private::lend(&#name))
        } else {
            quote!(#name)
        }
    }

    /// The value in a call's argument list.
    pub(crate) fn pass(&self, private: &TokenStream, kept: bool) -> TokenStream {
        let (cfgs, value) = (self.cfgs(), self.value(private, kept));
        quote!(#(#cfgs)* #value)
    }

    /// The statements that give the body its argument, under the user's name or pattern.
    pub(crate) fn bind(&self, private: &TokenStream, kept: bool) -> TokenStream {
        let (attrs, pat) = (&self.written.attrs, &self.written.pat);
        let (cfgs, name, value) = (self.cfgs(), &self.name, self.value(private, kept));
        match &**pat {
            Pat::Ident(_) => quote!(#(#attrs)* let #pat = #value;),
            // A pattern may leave parts behind, or everything: the value moves in all the same and lives as long as the body.
            pat => {
                // A pattern that does not always match is reported with a proposal for what comes after the statement.
                let start = pat.span();
                let end = pat.to_token_stream().into_iter().last();
                let end = end.map_or(start, |token| token.span());
                let (start, end) = (quote_spanned!(start=> let), quote_spanned!(end=> ;));
                quote!(#(#cfgs)* let #name = #value; #(#attrs)* #start #pat = #name #end)
            }
        }
    }
}

fn is_borrowed(ty: &Type) -> bool {
    match bare(ty) {
        Type::Reference(reference) => !is_static(reference.lifetime.as_ref()),
        _ => false,
    }
}

fn is_static(lifetime: Option<&Lifetime>) -> bool {
    lifetime.is_some_and(|lifetime| lifetime.ident == "static")
}

/// Generated spans at the first and the last of `tokens`.
fn ends(tokens: TokenStream) -> (Span, Span) {
    let mut spans = tokens.into_iter().map(|token| token.span());
    let start = spans.next().unwrap_or_else(Span::mixed_site);
    let end = spans.last().unwrap_or(start);
    (generated_at(start), generated_at(end))
}
