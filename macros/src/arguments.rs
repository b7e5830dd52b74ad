//! How the arguments get from the function that users call into its body.

use crate::borrow::bare;
use crate::span::{ends, generated_at, respan};
use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
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
                    let name = arguments.name(&written.pat, sig);
                    arguments.typed.push(Argument { written, name });
                }
            }
        }
        arguments
    }

    /// The parameters of the function that users call.
    pub(crate) fn declare(&self) -> Vec<TokenStream> {
        let receiver = self.receiver.into_iter().map(|receiver| {
            let mut receiver = receiver.clone();
            receiver.attrs.retain(|attr| !is_weak(attr));
            receiver.to_token_stream()
        });
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

    /// The receiver, if the coroutine shall keep a weak reference to it.
    pub(crate) fn weak_receiver(&self) -> Option<&'a Receiver> {
        self.receiver
            .filter(|receiver| receiver.attrs.iter().any(is_weak))
    }

    /// Whether there is any weak reference.
    pub(crate) fn has_weak(&self) -> bool {
        self.weak_receiver().is_some() || self.typed.iter().any(Argument::is_weak)
    }

    /// Whether there is any argument, its receiver apart, that is cloned or kept weakly.
    pub(crate) fn has_borrowed(&self) -> bool {
        self.typed.iter().any(Argument::is_borrowed)
    }

    /// What tells the calls apart by the object in the argument `name`, if there is one of this name.
    pub(crate) fn per(&self, name: &Ident, private: &TokenStream) -> Option<TokenStream> {
        // What is no GObject is reported at the name of the method.
        let (value, span) = if name == "self" {
            let receiver = self.receiver?;
            let this = &receiver.self_token;
            let span = generated_at(this.span);
            let value = match &receiver.kind {
                ReceiverKind::Reference(..) => quote_spanned!(span=> &*#this),
                _ => quote_spanned!(span=> &#this),
            };
            (value, span)
        } else {
            let argument = self.typed.iter().find(
                |argument| matches!(&*argument.written.pat, Pat::Ident(pat) if pat.ident == *name),
            )?;
            let span = generated_at(referent(&argument.written.ty));
            (argument.reference(), span)
        };
        let private = respan(private, span);
        Some(quote_spanned!(span=> .per(#private::per(#value).token())))
    }

    /// A name for the argument `pat` that no other argument has.
    fn name(&self, pat: &Pat, sig: &Signature) -> Ident {
        let span = generated_at(pat.span());
        let mut name = match pat {
            // The user's own, where it is taken for a length: what the compiler says about that is then the same for each function
            // that one function becomes, and told once.
            Pat::Ident(pat) if is_length(&pat.ident, sig) => pat.ident.clone(),
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

    fn is_borrowed(&self) -> bool {
        is_borrowed(&self.written.ty)
    }

    pub(crate) fn is_weak(&self) -> bool {
        self.written.attrs.iter().any(is_weak)
    }

    /// A reference to what the caller passed, shown at the type.
    fn reference(&self) -> TokenStream {
        let (start, end) = generated_ends(&self.written.ty);
        let mut value = self.name.clone();
        value.set_span(end);
        if self.is_borrowed() {
            quote_spanned!(start=> &*#value)
        } else {
            quote_spanned!(start=> &#value)
        }
    }

    /// A reference to what ends with the object, for a list of these.
    pub(crate) fn tie(&self) -> Option<TokenStream> {
        self.is_weak().then(|| {
            let (cfgs, name) = (self.cfgs(), &self.name);
            quote!(#(#cfgs)* &#name)
        })
    }

    /// `name: T` for the signature that users call.
    fn declare(&self) -> TokenStream {
        let (cfgs, name, ty) = (self.cfgs(), &self.name, &self.written.ty);
        quote!(#(#cfgs)* #name: #ty)
    }

    /// The statement that clones what is borrowed, or makes a weak reference of it.
    pub(crate) fn keep(&self, private: &TokenStream) -> Option<TokenStream> {
        self.is_borrowed().then(|| {
            let (cfgs, name) = (self.cfgs(), &self.name);
            // A type that cannot be kept is reported once, at the type: the call and its argument look like one thing there.
            let (start, end) = generated_ends(&self.written.ty);
            let mut argument = Group::new(Delimiter::Parenthesis, self.reference());
            argument.set_span(end);
            let private = respan(private, start);
            let value = if self.is_weak() {
                // What is no GObject is reported at the name of the method.
                let bind = quote_spanned!(generated_at(referent(&self.written.ty))=> bind());
                quote_spanned!(start=> #private::weak #argument.#bind)
            } else {
                quote_spanned!(start=> #private::keep #argument)
            };
            quote!(#(#cfgs)* let #name = #value;)
        })
    }

    /// The value that the body takes: lent out if it was kept.
    fn value(&self, private: &TokenStream, kept: bool) -> TokenStream {
        let name = &self.name;
        if kept && self.is_borrowed() && !self.is_weak() {
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
        let pat = &self.written.pat;
        let attrs: Vec<&Attribute> = self
            .written
            .attrs
            .iter()
            .filter(|attr| !is_weak(attr))
            .collect();
        let (cfgs, name, value) = (self.cfgs(), &self.name, self.value(private, kept));
        match &**pat {
            Pat::Ident(_) => quote!(#(#attrs)* let #pat = #value;),
            // A pattern may leave parts behind, or everything: the value moves in all the same and lives as long as the body.
            pat => {
                // A pattern that does not always match is reported with a proposal for what comes after the statement.
                let (start, end) = ends(pat);
                let (start, end) = (quote_spanned!(start=> let), quote_spanned!(end=> ;));
                quote!(#(#cfgs)* let #name = #value; #(#attrs)* #start #pat = #name #end)
            }
        }
    }
}

/// Whether `word` stands in a type where only lengths do, as in `[u8; n]`.
fn is_length(word: &Ident, sig: &Signature) -> bool {
    let inputs = sig.inputs.iter().filter_map(|input| match input {
        FnArg::Typed(argument) => Some(argument.ty.to_token_stream()),
        FnArg::Receiver(_) => None,
    });
    inputs
        .chain([sig.output.to_token_stream()])
        .any(|tokens| has_length(tokens, word))
}

fn has_length(tokens: TokenStream, word: &Ident) -> bool {
    let mut length = false;
    tokens.into_iter().any(|token| match token {
        TokenTree::Group(group) => has_length(group.stream(), word),
        TokenTree::Ident(ident) => length && ident == *word,
        TokenTree::Punct(punct) => {
            length |= punct.as_char() == ';';
            false
        }
        TokenTree::Literal(_) => false,
    })
}

/// Where the type begins that is borrowed.
fn referent(ty: &Type) -> Span {
    match bare(ty) {
        Type::Reference(reference) => reference.elem.span(),
        ty => ty.span(),
    }
}

/// `#[weak]`
pub(crate) fn is_weak(attr: &Attribute) -> bool {
    attr.path().is_ident("weak")
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

/// Generated spans at the first and the last token of `ty`.
fn generated_ends(ty: &Type) -> (Span, Span) {
    let (start, end) = ends(ty);
    (generated_at(start), generated_at(end))
}
