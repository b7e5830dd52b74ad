//! The signatures that cannot become a coroutine or an entry point, and what to write instead.

use crate::arguments::{Arguments, is_weak};
use crate::attribute::Attribute;
use crate::borrow::{Borrow, bare, borrows, returned};
use crate::errors::Errors;
use crate::item::{Body, Function};
use crate::options::Options;
use crate::sizeless;
use proc_macro2::{Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::spanned::Spanned;
use syn::{
    FnArg, GenericArgument, Ident, Pat, PatType, PathArguments, Receiver, ReceiverKind, ReturnType,
    Safety, Signature, Token, Type, TypeParamBound,
};

/// How much of a function can be expanded although something about it was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Verdict {
    /// All of it.
    Expand,
    /// The signature, with the body type-checked but not spawned: spawning it would only repeat what has been said.
    Check,
    /// The signature alone.
    Declare,
    /// Nothing: leave the function as it is.
    Keep,
}

/// Reports everything about `function` that `attribute` cannot take. A missing `async` is put where it belongs.
pub(crate) fn refuse(
    attribute: Attribute,
    options: &Options,
    function: &mut Function,
    errors: &mut Errors,
) -> Verdict {
    if let Body::Missing(semi) = &function.body {
        errors.at(semi.span, missing_body(attribute, function));
        return Verdict::Declare;
    }
    let mut least = Verdict::Expand;
    if function.sig.asyncness.is_none() {
        let span = function.sig.fn_token.span;
        let (message, verdict) = not_async(attribute, function);
        errors.at(span, message);
        if verdict > Verdict::Check {
            return verdict;
        }
        function.sig.asyncness = Some(Token![async](span));
        least = verdict;
    }
    if sizeless::refuse(attribute, &mut function.sig, errors) {
        least = Verdict::Declare;
    }
    let verdict = least.max(match attribute {
        Attribute::Coroutine => coroutine(options, function, errors),
        Attribute::Main | Attribute::Test => entry(attribute, options, function, errors),
    });
    // A body that expects weak references has none to be checked with.
    match verdict {
        Verdict::Check if Arguments::of(&function.sig).has_weak() => Verdict::Declare,
        verdict => verdict,
    }
}

/// Something that is no function at all.
pub(crate) fn other_item(attribute: Attribute, keyword: &Ident, errors: &mut Errors) {
    let word = keyword.to_string();
    let message = match (attribute, &*word) {
        (Attribute::Coroutine, "impl" | "trait" | "mod") => {
            format!("put `{attribute}` on each async method")
        }
        _ => format!("expected an `async fn`, found `{word}`"),
    };
    errors.at(keyword.span(), message);
}

fn missing_body(attribute: Attribute, function: &Function) -> String {
    let name = &function.sig.ident;
    if attribute == Attribute::Coroutine {
        format!("a coroutine needs a body; declare `fn {name}(..) -> JoinHandle<T>` in the trait")
    } else {
        format!("`{attribute}` needs a body; put it on the implementation of `{name}`")
    }
}

/// What to say about a missing `async`, and what can be done until it is there.
fn not_async(attribute: Attribute, function: &mut Function) -> (String, Verdict) {
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

fn entry(
    attribute: Attribute,
    options: &Options,
    function: &mut Function,
    errors: &mut Errors,
) -> Verdict {
    let mut verdict = Verdict::Expand;
    for attrs in function.sig.inputs.iter_mut().map(attributes) {
        attrs.retain(|attr| {
            if is_weak(attr) {
                errors.over(attr, "`#[weak]` is only for `#[glib_coro::coroutine]`");
            }
            !is_weak(attr)
        });
    }
    let sig = &function.sig;
    let application = options.application().is_some();
    if application && !takes_application(sig) {
        errors.at(
            sig.paren_token.span.join(),
            format_args!("`async fn {}(app: &T)` takes the application", sig.ident),
        );
        verdict = Verdict::Check;
    }
    if let Safety::Unsafe(token) = &sig.safety {
        errors.at(token.span, "entry points must be safe; remove `unsafe`");
        verdict = Verdict::Check;
    }
    if attribute == Attribute::Main && sig.ident == "main" && !application && !sig.inputs.is_empty()
    {
        errors.at(sig.paren_token.span.join(), "`main` takes no arguments");
        verdict = Verdict::Check;
    }
    if let Some(abi) = &sig.abi {
        errors.over(abi, "entry points cannot have an ABI; remove it");
        verdict = Verdict::Check;
    }
    if let Some(variadic) = &sig.variadic {
        errors.over(
            variadic.dots,
            "entry points cannot be variadic; remove `...`",
        );
        verdict = Verdict::Check;
    }
    if sig.constness.is_some() {
        verdict = Verdict::Declare;
    }
    verdict
}

/// Whether the only argument is a reference.
fn takes_application(sig: &Signature) -> bool {
    let mut inputs = sig.inputs.iter();
    match (inputs.next(), inputs.next()) {
        (Some(FnArg::Typed(argument)), None) => matches!(
            bare(&argument.ty),
            Type::Reference(reference) if reference.mutability.is_none()
        ),
        _ => false,
    }
}

fn attributes(input: &mut FnArg) -> &mut Vec<syn::Attribute> {
    match input {
        FnArg::Receiver(receiver) => &mut receiver.attrs,
        FnArg::Typed(argument) => &mut argument.attrs,
    }
}

fn coroutine(options: &Options, function: &Function, errors: &mut Errors) -> Verdict {
    let sig = &function.sig;
    let found = errors.len();
    if let Safety::Unsafe(token) = &sig.safety {
        errors.at(
            token.span,
            "the caller cannot keep a safety promise after the call returned; use `unsafe` inside",
        );
    }
    if let Some(abi) = &sig.abi {
        errors.over(abi, "a coroutine cannot have an ABI; remove it");
    }
    if let Some(variadic) = &sig.variadic {
        errors.over(
            variadic.dots,
            "a coroutine cannot be variadic; remove `...`",
        );
    }
    for input in &sig.inputs {
        match input {
            FnArg::Receiver(receiver) => self::receiver(receiver, errors),
            FnArg::Typed(argument) => self::argument(argument, errors),
        }
    }
    if let Some(name) = options.per() {
        per(name, &function.sig, errors);
    }
    let mut verdict = if errors.len() == found {
        Verdict::Expand
    } else {
        Verdict::Check
    };
    if let Some(ty) = returned(&sig.output)
        && let Some(borrow) = borrows(ty).first()
    {
        errors.at(borrow.span(), "a coroutine's output must own its data");
        verdict = Verdict::Declare;
    }
    // rustc refuses `const async` itself; a body would only draw more errors.
    if sig.constness.is_some() {
        verdict = Verdict::Declare;
    }
    verdict
}

/// Reports a `per` that names no argument.
fn per(name: &Ident, sig: &Signature, errors: &mut Errors) {
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

fn receiver(receiver: &Receiver, errors: &mut Errors) {
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

fn argument(argument: &PatType, errors: &mut Errors) {
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
