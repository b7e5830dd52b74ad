//! The signatures that cannot become a coroutine or an entry point, and what to write instead.

mod arguments;
mod not_async;

use crate::arguments::{Arguments, is_weak};
use crate::attribute::Attribute;
use crate::borrow::{bare, borrows, returned};
use crate::errors::Errors;
use crate::item::{Body, Function};
use crate::options::Options;
use crate::sizeless;
use syn::{FnArg, Ident, Safety, Signature, Token, Type};

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
        let (message, verdict) = not_async::report(attribute, function);
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

fn coroutine(options: &Options, function: &mut Function, errors: &mut Errors) -> Verdict {
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
            FnArg::Receiver(receiver) => arguments::receiver(receiver, errors),
            FnArg::Typed(argument) => arguments::argument(argument, errors),
        }
    }
    if let Some(name) = options.per() {
        arguments::per(name, &function.sig, errors);
    }
    let mut verdict = if errors.len() == found {
        Verdict::Expand
    } else {
        arguments::elide(function);
        Verdict::Check
    };
    let sig = &function.sig;
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
